import { harmless, harmlessOn, namespaceFlags, opened, personalities, socketFamilies } from './seccomp-calls.js';
import type { Seccomp, SeccompArg, SeccompRule } from './spec.js';

/** What a profile is fitted to. */
export interface Machine {
  /** as Node names it: `x64`, `arm64` */
  readonly arch: string;
  /** release of the kernel, `6.1.0-18-amd64` */
  readonly kernel: string;
}

/** ENOSYS: clone3's flags are behind a pointer, where no filter sees them, and libraries then fall back to clone. */
const notImplemented = 38;

const ownCalls: Readonly<Record<string, readonly string[]>> = {
  x64: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  arm64: ['SCMP_ARCH_AARCH64'],
};

/**
 * The default profile: what Docker's newest allows, from a table of our own. Everything else is EPERM, or ENOSYS where it is
 * newer than the table.
 * @param capabilities the bounding set, with `CAP_`
 */
export function defaultSeccomp(capabilities: readonly string[], { arch }: Pick<Machine, 'arch'>): Seccomp {
  const held = Object.entries(opened).flatMap(([capability, names]) =>
    capabilities.includes(capability) ? names : [],
  );
  const always = [...new Set([...harmless, ...(harmlessOn[arch] ?? []), ...held])];
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: 1,
    architectures: ownCalls[arch] ?? [],
    syscalls: [
      { names: always, action: 'SCMP_ACT_ALLOW' },
      ...allowIf('socket', [
        { index: 0, value: socketFamilies.below, op: 'SCMP_CMP_LT' },
        ...socketFamilies.also.map((value) => equal(value)),
      ]),
      ...allowIf('personality', personalities.map(equal)),
      ...(capabilities.includes('CAP_SYS_ADMIN') ? [] : withoutNamespaces),
    ],
  };
}

const profiles = new Map<string, Seccomp>();

/** The same, made once for all containers with these capabilities. */
export function defaultSeccompFor(capabilities: readonly string[], machine: Pick<Machine, 'arch'>): Seccomp {
  const key = `${machine.arch} ${capabilities.join(' ')}`;
  const profile = profiles.get(key) ?? defaultSeccomp(capabilities, machine);
  profiles.set(key, profile);
  return profile;
}

/** New processes, but in no new namespace. */
const withoutNamespaces: readonly SeccompRule[] = [
  ...allowIf('clone', [{ index: 0, value: namespaceFlags, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }]),
  { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: notImplemented },
];

function equal(value: number): SeccompArg {
  return { index: 0, value, op: 'SCMP_CMP_EQ' };
}

/** A rule for each: conditions in one rule must all hold. */
function allowIf(name: string, conditions: readonly SeccompArg[]): SeccompRule[] {
  return conditions.map((condition) => ({ names: [name], action: 'SCMP_ACT_ALLOW', args: [condition] }));
}
