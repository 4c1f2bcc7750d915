/**
 * `Stack`: what a stack file means once it is resolved. Every default is filled, every unit is a number, every path is
 * absolute, every reference is checked; nothing after `resolve` looks at the file again.
 *
 * Units: `…Bytes` bytes, `…Ms` milliseconds, cpu quota and period microseconds. `null` is "not set: the image's or the
 * kernel's own value holds". Maps are key-sorted. The value is plain JSON: it is stored as applied and compared field by
 * field.
 */

import type { Diagnostic } from './diagnostic.js';
import type { SeccompProfile } from './seccomp.js';

export interface Stack {
  /** project name, `[a-z0-9][a-z0-9_-]*` */
  readonly name: string;
  /** absolute paths of the files it was read from, first one decides `workingDir` */
  readonly files: readonly string[];
  readonly workingDir: string;
  /** .env files that were read, absolute */
  readonly envFiles: readonly string[];
  readonly services: Readonly<Record<string, Service>>;
  /** services whose profiles are not enabled, sorted */
  readonly disabled: readonly string[];
  readonly volumes: Readonly<Record<string, Volume>>;
  readonly images: Readonly<Record<string, ImageSource>>;
  /** what is right in the file but not honoured here: commands that would bring it about refuse */
  readonly refusals: readonly Diagnostic[];
  /** what a user should know but what is no error: shown once by commands that load the file */
  readonly warnings: readonly string[];
}

export interface Service {
  readonly name: string;
  /** image reference as written, e.g. `redis:7`; for an entry of `images:` its name there */
  readonly image: string;
  readonly replicas: number;
  readonly containerName: string | null;

  // process
  readonly command: readonly string[] | null;
  readonly entrypoint: readonly string[] | null;
  /** value null: explicitly unset, also where the image sets it */
  readonly environment: Readonly<Record<string, string | null>>;
  readonly workingDir: string | null;
  readonly user: string | null;
  readonly groupAdd: readonly string[];
  readonly hostname: string | null;
  readonly domainname: string | null;
  readonly init: boolean;
  readonly tty: boolean;
  readonly stdinOpen: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly extraHosts: readonly ExtraHost[];
  readonly oomScoreAdj: number | null;
  readonly ulimits: Readonly<Record<string, Ulimit>>;
  readonly sysctls: Readonly<Record<string, string>>;

  // isolation
  readonly privileged: boolean;
  readonly readOnly: boolean;
  /** names without `CAP_`, upper case; `ALL` allowed */
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
  readonly devices: readonly Device[];
  readonly deviceCgroupRules: readonly string[];
  readonly noNewPrivileges: boolean;
  /** which system calls are allowed; null: the default profile, or with `privileged` all */
  readonly seccomp: SeccompChoice | null;
  readonly namespaces: Namespaces;

  // files
  readonly mounts: readonly Mount[];
  readonly shmSizeBytes: number;

  readonly resources: Resources;

  // life
  readonly restart: RestartPolicy;
  /** null: the image's own; `{disable: true}`: none whatever the image says */
  readonly healthcheck: Healthcheck | null;
  readonly onUnhealthy: 'none' | 'restart';
  readonly stopSignal: string | null;
  readonly stopGraceMs: number;
  readonly logging: Logging;
  readonly dependsOn: Readonly<Record<string, Dependency>>;
}

export type SeccompChoice =
  | { readonly kind: 'unconfined' }
  | {
      readonly kind: 'file';
      readonly path: string;
      /** sha256 of the file's text, hex */
      readonly digest: string;
      readonly profile: SeccompProfile;
    };

export interface ExtraHost {
  readonly host: string;
  readonly ip: string;
}

export interface Ulimit {
  /** -1 is unlimited */
  readonly soft: number;
  readonly hard: number;
}

export interface Device {
  readonly source: string;
  readonly target: string;
  /** subset of `rwm` */
  readonly permissions: string;
}

/** Where one namespace comes from. Names are checked; `container:` takes a name or an id. */
export type NamespaceSource =
  | { readonly kind: 'private' }
  | { readonly kind: 'host' }
  | { readonly kind: 'service'; readonly service: string }
  | { readonly kind: 'container'; readonly container: string };

/** A user namespace of the container's own. What the given mappings leave out is of a range of this host's subordinate ids. */
export interface AutoUserNamespace {
  readonly kind: 'auto';
  /** ids from 0 on that there are inside */
  readonly size: number;
  readonly uidMappings: readonly IdMapping[];
  readonly gidMappings: readonly IdMapping[];
}

/** `size` ids from `containerId` in a user namespace are those from `hostId` outside. */
export interface IdMapping {
  readonly containerId: number;
  readonly hostId: number;
  readonly size: number;
}

export interface Namespaces {
  /** `none` is `private`: until networks exist both are a namespace with loopback up */
  readonly network: NamespaceSource;
  /** `shareable` owns one that others may join; `none` has no /dev/shm */
  readonly ipc: NamespaceSource | { readonly kind: 'shareable' } | { readonly kind: 'none' };
  readonly pid: NamespaceSource;
  readonly uts: NamespaceSource;
  readonly user: NamespaceSource | AutoUserNamespace;
  readonly cgroup: NamespaceSource;
}

export type Mount = VolumeMount | BindMount | TmpfsMount;

export interface VolumeMount {
  readonly type: 'volume';
  /** key under `volumes:`; null for an anonymous one */
  readonly volume: string | null;
  readonly target: string;
  readonly readOnly: boolean;
  readonly nocopy: boolean;
  readonly subpath: string | null;
}

export interface BindMount {
  readonly type: 'bind';
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  readonly createHostPath: boolean;
  readonly propagation: 'private' | 'rprivate' | 'shared' | 'rshared' | 'slave' | 'rslave';
  readonly recursive: 'enabled' | 'disabled' | 'writable' | 'readonly';
  /** ids on the host are those inside, whatever user namespace the container is in */
  readonly idmap?: true;
}

export interface TmpfsMount {
  readonly type: 'tmpfs';
  readonly target: string;
  readonly sizeBytes: number | null;
  /** permission bits */
  readonly mode: number | null;
  /** other options as written in short syntax, e.g. `noexec`, `uid=1000` */
  readonly options: readonly string[];
}

export interface Resources {
  /** -1 unlimited, null not set */
  readonly pidsLimit: number | null;
  /** share of one cpu as written in `cpus`; already folded into quota and period, kept for display */
  readonly cpus: number | null;
  readonly cpuQuotaUs: number | null;
  readonly cpuPeriodUs: number | null;
  readonly cpuShares: number | null;
  readonly cpuset: string | null;
  readonly memoryBytes: number | null;
  /** memory plus swap; -1 unlimited */
  readonly memorySwapBytes: number | null;
  readonly memoryReservationBytes: number | null;
  readonly memorySwappiness: number | null;
  readonly oomKillDisable: boolean;
  readonly blkio: Blkio | null;
}

export interface Blkio {
  readonly weight: number | null;
  readonly weightDevice: readonly { readonly path: string; readonly weight: number }[];
  readonly readBps: readonly BlkioRate[];
  readonly writeBps: readonly BlkioRate[];
  readonly readIops: readonly BlkioRate[];
  readonly writeIops: readonly BlkioRate[];
}

export interface BlkioRate {
  readonly path: string;
  /** bytes or operations per second */
  readonly rate: number;
}

export interface RestartPolicy {
  readonly policy: 'no' | 'always' | 'on-failure' | 'unless-stopped';
  /** 0: without end */
  readonly maxAttempts: number;
  /** `deploy.restart_policy.delay`; null: back-off of 100 ms doubling to 1 min */
  readonly delayMs: number | null;
  /** a start counts as good after this; null: 10 s */
  readonly windowMs: number | null;
}

export interface Healthcheck {
  readonly disable: boolean;
  /** argv to run; `CMD-SHELL` is already `['/bin/sh', '-c', …]`; null: the image's */
  readonly test: readonly string[] | null;
  readonly intervalMs: number | null;
  readonly timeoutMs: number | null;
  readonly retries: number | null;
  readonly startPeriodMs: number | null;
  readonly startIntervalMs: number | null;
}

export interface Logging {
  readonly driver: 'json-file' | 'none';
  /** 0: no rotation */
  readonly maxSizeBytes: number;
  readonly maxFile: number;
}

export interface Dependency {
  readonly condition: 'service_started' | 'service_healthy' | 'service_completed_successfully';
  readonly restart: boolean;
  readonly required: boolean;
}

export interface Volume {
  readonly key: string;
  /** name in the store: `<stack>_<key>` unless `name:` or external */
  readonly name: string;
  readonly external: boolean;
  readonly driver: 'local';
  /** `type`, `o`, `device` of the local driver */
  readonly driverOpts: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** An entry of the `images:` (`x-images:`) section. */
export interface ImageSource {
  readonly name: string;
  readonly base: ImageBase;
  readonly layers: readonly ImageLayerStep[];
  readonly config: ImageConfigPatch;
}

export type ImageBase =
  | {
      readonly kind: 'debian';
      readonly suite: string;
      readonly packages: readonly string[];
      readonly mirror: string | null;
      readonly variant: string;
    }
  | { readonly kind: 'rootfs'; readonly dir: string }
  | { readonly kind: 'archive'; readonly file: string }
  | { readonly kind: 'layout'; readonly dir: string; readonly tag: string | null }
  | { readonly kind: 'image'; readonly image: string }
  | { readonly kind: 'scratch' };

export type ImageLayerStep =
  | {
      readonly kind: 'copy';
      readonly from: string;
      readonly to: string;
      readonly chown: string | null;
      readonly chmod: number | null;
    }
  | { readonly kind: 'run'; readonly command: string }
  | { readonly kind: 'packages'; readonly packages: readonly string[] };

/** null: keep what the base says. */
export interface ImageConfigPatch {
  readonly entrypoint: readonly string[] | null;
  readonly command: readonly string[] | null;
  readonly env: Readonly<Record<string, string>>;
  readonly workdir: string | null;
  readonly user: string | null;
  /** `80/tcp` */
  readonly exposedPorts: readonly string[];
  readonly volumes: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly stopSignal: string | null;
  readonly healthcheck: Healthcheck | null;
}
