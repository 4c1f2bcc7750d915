import type { Seccomp } from '../../src/oci/spec.js';

/**
 * What a profile has a call with this first argument do, by the rules as the specification says them.
 * @returns an errno, or null: it is let through
 */
export function seccompAnswer(profile: Seccomp, call: string, argument = 0): number | null {
  const found = profile.syscalls.find(
    ({ names, args }) =>
      names.includes(call) &&
      (args ?? []).every(({ value, valueTwo = 0, op }) => {
        if (op === 'SCMP_CMP_LT') return argument < value;
        if (op === 'SCMP_CMP_EQ') return argument === value;
        return (BigInt(argument) & BigInt(value)) === BigInt(valueTwo);
      }),
  );
  const action = found?.action ?? profile.defaultAction;
  if (action === 'SCMP_ACT_ALLOW') return null;
  return (found === undefined ? profile.defaultErrnoRet : found.errnoRet) ?? 1;
}
