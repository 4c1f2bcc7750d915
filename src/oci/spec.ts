/**
 * The subset of the OCI runtime specification (1.1, `config.json`, `config-linux.md`) that Berth writes. The names are
 * the specification's. A bundle starts under another OCI runtime too, once its rootfs is mounted.
 */
export interface RuntimeSpec {
  readonly ociVersion: '1.1.0';
  readonly root: { readonly path: string; readonly readonly: boolean };
  readonly process: Process;
  readonly hostname?: string;
  readonly domainname?: string;
  readonly mounts: readonly SpecMount[];
  readonly annotations: Readonly<Record<string, string>>;
  readonly linux: LinuxSpec;
}

export interface Process {
  readonly terminal: boolean;
  readonly user: {
    readonly uid: number;
    readonly gid: number;
    readonly umask?: number;
    readonly additionalGids?: readonly number[];
  };
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  readonly capabilities?: Capabilities;
  readonly rlimits: readonly { readonly type: string; readonly soft: number; readonly hard: number }[];
  readonly noNewPrivileges: boolean;
  readonly oomScoreAdj?: number;
}

export interface Capabilities {
  readonly bounding: readonly string[];
  readonly effective: readonly string[];
  readonly permitted: readonly string[];
  readonly inheritable: readonly string[];
  readonly ambient: readonly string[];
}

export interface SpecMount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

/** config-linux.md, "User namespace mappings" */
export interface SpecIdMapping {
  readonly containerID: number;
  readonly hostID: number;
  readonly size: number;
}

export type NamespaceType = 'pid' | 'network' | 'mount' | 'ipc' | 'uts' | 'user' | 'cgroup';

export interface LinuxSpec {
  readonly namespaces: readonly { readonly type: NamespaceType; readonly path?: string }[];
  readonly uidMappings?: readonly SpecIdMapping[];
  readonly gidMappings?: readonly SpecIdMapping[];
  readonly devices: readonly SpecDevice[];
  readonly cgroupsPath: string;
  readonly resources: LinuxResources;
  readonly sysctl: Readonly<Record<string, string>>;
  readonly maskedPaths: readonly string[];
  readonly readonlyPaths: readonly string[];
  readonly rootfsPropagation: 'private' | 'rprivate' | 'slave' | 'rslave' | 'shared' | 'rshared';
  readonly seccomp?: Seccomp;
}

export interface SpecDevice {
  readonly path: string;
  readonly type: 'c' | 'b' | 'p';
  readonly major: number;
  readonly minor: number;
  readonly fileMode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface LinuxResources {
  readonly devices: readonly {
    readonly allow: boolean;
    readonly type?: 'a' | 'c' | 'b';
    readonly major?: number;
    readonly minor?: number;
    readonly access: string;
  }[];
  readonly memory?: {
    readonly limit?: number;
    readonly reservation?: number;
    /** memory plus swap, as the specification has it for both cgroup versions */
    readonly swap?: number;
    readonly swappiness?: number;
    readonly disableOOMKiller?: boolean;
  };
  readonly cpu?: {
    readonly shares?: number;
    readonly quota?: number;
    readonly period?: number;
    readonly cpus?: string;
    readonly mems?: string;
  };
  readonly pids?: { readonly limit: number };
  readonly blockIO?: {
    readonly weight?: number;
    readonly weightDevice?: readonly { readonly major: number; readonly minor: number; readonly weight: number }[];
    readonly throttleReadBpsDevice?: readonly ThrottleDevice[];
    readonly throttleWriteBpsDevice?: readonly ThrottleDevice[];
    readonly throttleReadIOPSDevice?: readonly ThrottleDevice[];
    readonly throttleWriteIOPSDevice?: readonly ThrottleDevice[];
  };
}

export interface ThrottleDevice {
  readonly major: number;
  readonly minor: number;
  readonly rate: number;
}

/** Rules are tried in their order and the first that fits decides. */
export interface Seccomp {
  readonly defaultAction: string;
  readonly defaultErrnoRet?: number;
  readonly architectures?: readonly string[];
  readonly flags?: readonly string[];
  readonly listenerPath?: string;
  readonly listenerMetadata?: string;
  readonly syscalls: readonly SeccompRule[];
}

export interface SeccompRule {
  readonly names: readonly string[];
  /** `SCMP_ACT_ALLOW`, … */
  readonly action: string;
  readonly errnoRet?: number;
  /** all must hold */
  readonly args?: readonly SeccompArg[];
}

export interface SeccompArg {
  /** 0 to 5 */
  readonly index: number;
  readonly value: number;
  readonly valueTwo?: number;
  /** `SCMP_CMP_EQ`, … */
  readonly op: string;
}
