import type { SeccompCondition, SeccompFileRule, SeccompProfile } from '../stack/seccomp.js';
import type { Machine } from './seccomp.js';
import type { Seccomp, SeccompRule } from './spec.js';

/** Machines by Node's names, as a profile's file names them. */
const machines: Readonly<Record<string, { readonly go: string; readonly seccomp: string }>> = {
  x64: { go: 'amd64', seccomp: 'SCMP_ARCH_X86_64' },
  arm64: { go: 'arm64', seccomp: 'SCMP_ARCH_AARCH64' },
};

/**
 * A profile in Docker's format, fitted to a container: the rules that hold on this machine and kernel with these
 * capabilities.
 * @param capabilities the bounding set, with `CAP_`
 */
export function fittedSeccomp(profile: SeccompProfile, capabilities: readonly string[], machine: Machine): Seccomp {
  const rules = (profile.syscalls ?? []).filter((rule) => holds(rule, capabilities, machine));
  return {
    defaultAction: profile.defaultAction,
    ...(profile.defaultErrnoRet === undefined ? {} : { defaultErrnoRet: profile.defaultErrnoRet }),
    architectures: architecturesOf(profile, machine),
    ...(profile.flags ? { flags: profile.flags } : {}),
    ...(profile.listenerPath ? { listenerPath: profile.listenerPath } : {}),
    ...(profile.listenerMetadata ? { listenerMetadata: profile.listenerMetadata } : {}),
    syscalls: rules.map(toRule),
  };
}

function architecturesOf({ archMap, architectures }: SeccompProfile, { arch }: Machine): readonly string[] {
  const own = archMap?.find(({ architecture }) => architecture === machines[arch]?.seccomp);
  if (own !== undefined) return [own.architecture, ...(own.subArchitectures ?? [])];
  return architectures ?? [];
}

function toRule({ names, name, action, errnoRet, args }: SeccompFileRule): SeccompRule {
  return {
    names: names ?? (name === undefined ? [] : [name]),
    action,
    ...(errnoRet === null || errnoRet === undefined ? {} : { errnoRet }),
    ...(args?.length
      ? {
          args: args.map(({ index, value, valueTwo, op }) => ({
            index,
            value,
            ...(valueTwo === undefined ? {} : { valueTwo }),
            op,
          })),
        }
      : {}),
  };
}

/** As Docker: all capabilities that are included, one of the machines; none of what is excluded. */
function holds({ includes, excludes }: SeccompFileRule, capabilities: readonly string[], machine: Machine): boolean {
  const has = (capability: string) => capabilities.includes(capability);
  const isHere = ({ arches }: SeccompCondition) => arches?.includes(machines[machine.arch]?.go ?? '') ?? false;
  const isNewEnough = ({ minKernel }: SeccompCondition) => isAtLeast(machine.kernel, minKernel ?? '0.0');
  if (excludes) {
    if (isHere(excludes) || excludes.caps?.some(has)) return false;
    if (excludes.minKernel !== undefined && isNewEnough(excludes)) return false;
  }
  if (!includes) return true;
  return (!includes.arches?.length || isHere(includes)) && (includes.caps ?? []).every(has) && isNewEnough(includes);
}

function isAtLeast(release: string, wanted: string): boolean {
  const [major = 0, minor = 0] = release.split('.').map(Number.parseFloat);
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
