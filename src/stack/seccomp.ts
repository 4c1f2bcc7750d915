/**
 * A seccomp profile in Docker's file format (the `seccomp.json` of `docker run --security-opt`): rules that say for which
 * machines, capabilities and kernels they hold. It is fitted to a container when its config.json is written.
 */
export interface SeccompProfile {
  readonly defaultAction: string;
  readonly defaultErrnoRet?: number | undefined;
  readonly archMap?: readonly SeccompArchitectures[] | null | undefined;
  readonly architectures?: readonly string[] | null | undefined;
  readonly flags?: readonly string[] | null | undefined;
  readonly listenerPath?: string | undefined;
  readonly listenerMetadata?: string | undefined;
  readonly syscalls?: readonly SeccompFileRule[] | null | undefined;
}

export interface SeccompArchitectures {
  /** `SCMP_ARCH_X86_64` */
  readonly architecture: string;
  readonly subArchitectures?: readonly string[] | null | undefined;
}

export interface SeccompFileRule {
  readonly names?: readonly string[] | undefined;
  /** a single one, as older files have it */
  readonly name?: string | undefined;
  readonly action: string;
  readonly errnoRet?: number | null | undefined;
  readonly args?: readonly SeccompFileArg[] | null | undefined;
  readonly includes?: SeccompCondition | null | undefined;
  readonly excludes?: SeccompCondition | null | undefined;
}

export interface SeccompFileArg {
  readonly index: number;
  readonly value: number;
  readonly valueTwo?: number | undefined;
  readonly op: string;
}

/** Machines by Go's names (`amd64`), capabilities with `CAP_`, the kernel's version as `4.8`. */
export interface SeccompCondition {
  readonly arches?: readonly string[] | null | undefined;
  readonly caps?: readonly string[] | null | undefined;
  readonly minKernel?: string | undefined;
}
