/**
 * The native addon's surface, declared by hand and loaded once. Everything that blocks runs on a worker thread and
 * returns a promise; a refused call rejects with a NativeError. Paths are absolute.
 */

/** How the native side fails: an Error of Node's own shape with the step of container set-up that failed. */
export interface NativeError extends Error {
  /** errno name, e.g. 'EBUSY'; 'EBERTH' where the kernel did not refuse but the input was wrong */
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;
  readonly path: string;
  /** e.g. `mount overlay`, `cgroup memory`, `exec`; empty outside container set-up */
  readonly step: string;
}

export interface StartOptions {
  readonly shimPath: string;
  /** `<root>/containers/<id>`: config.json, supervise, log */
  readonly containerDir: string;
  /** `<run>/containers/<id>`, made by the caller, mode 0700 */
  readonly runDir: string;
  /** true: `streamFd` of the result is attached from before the first instruction */
  readonly attach: boolean;
}

export interface StartResult {
  readonly pid: number;
  /** field 22 of /proc/<pid>/stat, clock ticks since boot */
  readonly startTime: number;
  readonly shimPid: number;
  /** SOCK_STREAM socket speaking the attach stream (docs/architecture.md); -1 without `attach` */
  readonly streamFd: number;
  /** what could not be had and is gone without: `rlimit RLIMIT_NOFILE: …` */
  readonly warnings: readonly string[];
}

export interface ExecOptions {
  readonly shimPath: string;
  readonly containerDir: string;
  readonly runDir: string;
  /** OCI `process` object as JSON */
  readonly process: string;
  /** true: no stream, the process runs on alone with /dev/null */
  readonly detach: boolean;
}

export interface ExecResult {
  readonly pid: number;
  readonly streamFd: number;
}

export type ControlRequest =
  | { readonly kind: 'status' }
  /** null: the container's own settings */
  | { readonly kind: 'stop'; readonly timeoutMs: number | null; readonly signal: number | null }
  | { readonly kind: 'restart'; readonly timeoutMs: number | null }
  | { readonly kind: 'kill'; readonly signal: number }
  | { readonly kind: 'pause' }
  | { readonly kind: 'unpause' }
  | { readonly kind: 'reload'; readonly generation: number }
  | { readonly kind: 'attach'; readonly stdin: boolean; readonly output: boolean; readonly states: boolean };

export interface ControlReply {
  /** status text after the request was carried out */
  readonly status: string;
  /** for `attach`, else -1 */
  readonly streamFd: number;
}

export interface RemoveOptions {
  readonly runDir: string;
  /** `/berth/<stack>/<id>` */
  readonly cgroup: string;
  /** trees to remove afterwards, in order; a missing one is no error */
  readonly trees: readonly string[];
}

/** What one file of the cgroup tree should hold after the resources were applied, and what it holds. */
export interface CgroupDifference {
  readonly controller: string;
  readonly file: string;
  readonly expected: string;
  readonly actual: string;
}

export interface CgroupHost {
  readonly layout: 'v1' | 'hybrid' | 'v2';
  readonly controllers: readonly {
    readonly name: string;
    readonly version: 1 | 2;
    /** hierarchy id of /proc/cgroups */
    readonly hierarchy: number;
    /** empty where the controller is enabled in the kernel but mounted nowhere */
    readonly mountPoint: string;
  }[];
  /** mount point of the unified tree; empty on a pure v1 host */
  readonly unified: string;
}

/** Absent figures are null: not measured by this host's controllers. Times in nanoseconds, sizes in bytes. */
export interface CgroupUsage {
  readonly exists: boolean;
  readonly processes: number;
  readonly pids: number | null;
  readonly pidsLimit: number | null;
  readonly memory: number | null;
  readonly memoryPeak: number | null;
  readonly memoryLimit: number | null;
  readonly cpuNs: number | null;
  readonly cpuQuotaUs: number | null;
  readonly cpuPeriodUs: number | null;
  readonly oomKills: number | null;
  readonly frozen: boolean;
}

export interface Addon {
  startContainer(options: StartOptions): Promise<StartResult>;
  exec(options: ExecOptions): Promise<ExecResult>;
  /** ENOENT/ECONNREFUSED where no shim listens */
  control(runDir: string, request: ControlRequest): Promise<ControlReply>;
  /** kills what is left in the cgroup (cgroup.kill, else signals; thawed), unmounts pins, removes cgroups, removes trees */
  removeContainer(options: RemoveOptions): Promise<void>;
  /** removes `/berth/<stack>` and its `shim` leaf where empty; waits shortly for shims that are just leaving */
  removeStackCgroup(cgroup: string): Promise<void>;
  /**
   * Tells ext4 that the subdirectories of this one have nothing to do with each other (FS_TOPDIR_FL, chattr(1) `+T`), so
   * that each comes into a block group of its own. Without a journal it would look at every inode that a group has freed
   * within minutes before it takes another one: stacks that go up and down all day long would be slower each time. Other
   * file systems are left as they are.
   */
  spreadSubdirectories(dir: string): void;
  /** true where a process with that pid and start time lives */
  processAlive(pid: number, startTime: number): boolean;
  /** true where the shim of that run directory holds its lock */
  shimAlive(runDir: string): boolean;
  /**
   * Opens (creating) and locks a file with flock(2). Waits at most `timeoutMs` (0: not at all); EAGAIN when it is
   * held by another. The returned descriptor holds the lock until closed.
   */
  lockFile(path: string, exclusive: boolean, timeoutMs: number): Promise<number>;
  cgroupHost(): CgroupHost;
  cgroupUsage(cgroup: string): CgroupUsage;
  /** `resources` is the JSON text of OCI `linux.resources`; empty when the kernel holds what it asks for */
  cgroupDifferences(cgroup: string, resources: string): readonly CgroupDifference[];
  /** errors (not differences): what of `resources` this host cannot enforce, each naming the controller and the reason */
  cgroupUnsupported(resources: string): readonly { readonly controller: string; readonly reason: string }[];
  /** inode numbers of /proc/<pid>/ns/*, by type; absent types are left out */
  namespaces(pid: number): Readonly<Record<string, number>>;
  /** puts the terminal on `fd` into raw mode and returns a token for `restoreTerminal` */
  rawTerminal(fd: number): string;
  restoreTerminal(fd: number, token: string): void;
}
