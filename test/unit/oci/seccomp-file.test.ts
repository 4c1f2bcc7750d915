import { describe, expect, test } from 'vitest';
import { toRuntimeSpec } from '../../../src/oci/runtime-spec.js';
import { fittedSeccomp } from '../../../src/oci/seccomp-file.js';
import type { SeccompCondition, SeccompProfile } from '../../../src/stack/seccomp.js';
import { service } from '../../support/model.js';
import { containerInput } from './input.js';

const machine = { arch: 'x64', kernel: '6.1.0-18-amd64' };

function allowing(includes: SeccompCondition | null, excludes: SeccompCondition | null = null): SeccompProfile {
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    syscalls: [{ names: ['mount'], action: 'SCMP_ACT_ALLOW', includes, excludes }],
  };
}

describe('a profile in Docker’s format', () => {
  test.each<[string, SeccompCondition | null, SeccompCondition | null, boolean]>([
    ['nothing asked', null, null, true],
    ['empty conditions', {}, {}, true],
    ['this machine', { arches: ['arm64', 'amd64'] }, null, true],
    ['another machine', { arches: ['arm64'] }, null, false],
    ['not this machine', null, { arches: ['amd64'] }, false],
    ['not another machine', null, { arches: ['s390x'] }, true],
    ['a capability that it has', { caps: ['CAP_KILL'] }, null, true],
    ['one of two that it has', { caps: ['CAP_KILL', 'CAP_SYS_ADMIN'] }, null, false],
    ['without one that it has', null, { caps: ['CAP_SYS_ADMIN', 'CAP_KILL'] }, false],
    ['without one that it lacks', null, { caps: ['CAP_SYS_ADMIN'] }, true],
    ['an older kernel', { minKernel: '4.8' }, null, true],
    ['the same kernel', { minKernel: '6.1' }, null, true],
    ['a newer kernel', { minKernel: '6.12' }, null, false],
    ['not from this kernel on', null, { minKernel: '5.10' }, false],
    ['not from a newer one on', null, { minKernel: '7.0' }, true],
  ])('%s: the rule holds or not', (_, includes, excludes, holds) => {
    const { syscalls } = fittedSeccomp(allowing(includes, excludes), ['CAP_KILL'], machine);
    expect(syscalls).toEqual(holds ? [{ names: ['mount'], action: 'SCMP_ACT_ALLOW' }] : []);
  });

  test('architectures are those of this machine, and the rest goes over as it is', () => {
    const fitted = fittedSeccomp(
      {
        defaultAction: 'SCMP_ACT_KILL',
        archMap: [
          { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
          { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86'] },
        ],
        flags: ['SECCOMP_FILTER_FLAG_LOG'],
        listenerPath: '/run/agent',
        listenerMetadata: 'm',
        syscalls: [
          {
            name: 'clone',
            action: 'SCMP_ACT_ERRNO',
            errnoRet: 0,
            args: [{ index: 0, value: 1, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
          },
        ],
      },
      [],
      machine,
    );
    expect(fitted).toEqual({
      defaultAction: 'SCMP_ACT_KILL',
      architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'],
      flags: ['SECCOMP_FILTER_FLAG_LOG'],
      listenerPath: '/run/agent',
      listenerMetadata: 'm',
      syscalls: [
        {
          names: ['clone'],
          action: 'SCMP_ACT_ERRNO',
          errnoRet: 0,
          args: [{ index: 0, value: 1, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
        },
      ],
    });
    const plain = { defaultAction: 'SCMP_ACT_ALLOW', architectures: ['SCMP_ARCH_X32'], syscalls: null };
    expect(fittedSeccomp(plain, [], machine)).toEqual({
      defaultAction: 'SCMP_ACT_ALLOW',
      architectures: ['SCMP_ARCH_X32'],
      syscalls: [],
    });
  });
});

describe('config.json', () => {
  const file = { kind: 'file', path: '/p.json', digest: 'abc', profile: { defaultAction: 'SCMP_ACT_LOG' } } as const;

  test.each([
    ['no word', null, false, 'SCMP_ACT_ERRNO'],
    ['unconfined', { kind: 'unconfined' } as const, false, undefined],
    ['a file', file, false, 'SCMP_ACT_LOG'],
    ['privileged', null, true, undefined],
    ['privileged with a file', file, true, 'SCMP_ACT_LOG'],
  ])('%s', (_, seccomp, privileged, action) => {
    const { linux } = toRuntimeSpec(
      containerInput({ service: service('web', { command: ['x'], seccomp, privileged }) }),
    );
    expect(linux.seccomp?.defaultAction).toBe(action);
  });

  test('no-new-privileges', () => {
    const noNewPrivileges = (over: object) =>
      toRuntimeSpec(containerInput({ service: service('web', { command: ['x'], ...over }) })).process.noNewPrivileges;
    expect([noNewPrivileges({}), noNewPrivileges({ noNewPrivileges: true })]).toEqual([false, true]);
  });
});
