/**
 * The supervise record: how to keep a container (layers, restart, health, log), which is not OCI's business. It stands
 * beside `config.json` as the file `supervise`; the shim reads it at start and at `reload`. The text form is described in
 * docs/architecture.md ("Supervise record") and parsed by native/shim.
 */
export interface SuperviseRecord {
  readonly id: string;
  readonly name: string;
  /** directory that the overlay's relative paths start from, e.g. `/var/lib/berth/overlay2` */
  readonly overlayDir: string;
  /** topmost first, relative to `overlayDir`: `l/ABC…` */
  readonly lower: readonly string[];
  /** relative to `overlayDir`: `<cache-id>/diff` and `<cache-id>/work` */
  readonly upper: string;
  readonly work: string;
  /** cgroup of the shims of the stack, `/berth/<stack>/shim`; the container's own is `linux.cgroupsPath` */
  readonly shimCgroup: string;
  /** id of the container whose pid namespace is joined; its present pid is looked up at every start */
  readonly joinPid: string | null;
  /** tmpfs that the owner of a shareable ipc namespace keeps at `<run>/containers/<id>/shm` */
  readonly sharedShmBytes: number | null;
  readonly init: boolean;
  readonly stdinOpen: boolean;
  /** volumes that take the image's content at `destination` while they are empty */
  readonly volumeCopies: readonly { readonly source: string; readonly destination: string }[];
  /** signal number */
  readonly stopSignal: number;
  readonly stopGraceMs: number;
  readonly restart: {
    readonly policy: 'no' | 'always' | 'on-failure' | 'unless-stopped';
    /** 0: without end */
    readonly maxAttempts: number;
    /** 0: back-off of 100 ms doubling to 1 min */
    readonly delayMs: number;
    /** a start counts as good after this */
    readonly windowMs: number;
  };
  readonly health: {
    readonly test: readonly string[];
    readonly intervalMs: number;
    readonly timeoutMs: number;
    readonly retries: number;
    readonly startPeriodMs: number;
    readonly startIntervalMs: number;
  } | null;
  readonly onUnhealthy: 'none' | 'restart';
  readonly log: {
    readonly driver: 'json-file' | 'none';
    /** 0: no rotation */
    readonly maxSizeBytes: number;
    readonly maxFile: number;
  };
  /** counts every rewrite of config.json and this file; the shim's status says which one it has taken up */
  readonly generation: number;
}
