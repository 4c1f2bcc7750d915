import { describe, expect, test } from 'vitest';
import { allCapabilities } from '../../../src/oci/capabilities.js';
import { defaultSeccomp } from '../../../src/oci/seccomp.js';
import { harmless, opened } from '../../../src/oci/seccomp-calls.js';
import { seccompAnswer } from '../../support/seccomp-answer.js';

const x64 = { arch: 'x64' };

describe('the default profile', () => {
  const plain = defaultSeccomp([], x64);

  test.each([
    'io_uring_setup',
    'userfaultfd',
    'keyctl',
    'add_key',
    'bpf',
    'mount',
    'unshare',
    'setns',
    'kexec_load',
    'init_module',
    'swapon',
    'open_by_handle_at',
    'perf_event_open',
    'iopl',
    'nfsservctl',
    'chroot',
  ])('refuses %s', (call) => {
    expect(seccompAnswer(plain, call)).toBe(1);
  });

  test.each([
    [1, true],
    [2, true],
    [10, true],
    [12, false],
    [16, true],
    [17, true],
    [29, true],
    [37, false],
    [38, false],
    [39, true],
    [40, false],
    [41, true],
    [46, false],
    [0x1_0000_0002, false],
  ])('socket family %d: %s', (family, isAllowed) => {
    expect(seccompAnswer(plain, 'socket', family) === null).toBe(isAllowed);
  });

  test.each([
    [0x0100_0011, true],
    [0x003d_0f00, true],
    [0x1000_0000, false],
    [0x0002_0000, false],
    [0x2000_0011, false],
    [0x0200_0000, false],
  ])('clone with flags %d: %s', (flags, isAllowed) => {
    expect(seccompAnswer(plain, 'clone', flags) === null).toBe(isAllowed);
  });

  test('clone3 does not exist without CAP_SYS_ADMIN', () => {
    expect(seccompAnswer(plain, 'clone3')).toBe(38);
    const admin = defaultSeccomp(['CAP_SYS_ADMIN'], x64);
    expect([seccompAnswer(admin, 'clone3'), seccompAnswer(admin, 'clone', 0x1000_0000)]).toEqual([null, null]);
  });

  test.each([0, 8, 0x20000, 0x20008, 0xffffffff])('personality %d is allowed, another not', (value) => {
    expect(seccompAnswer(plain, 'personality', value)).toBeNull();
    expect(seccompAnswer(plain, 'personality', value + 1)).toBe(1);
  });

  test.each(Object.keys(opened))('%s opens its calls and no other', (capability) => {
    const own = opened[capability] ?? [];
    const profile = defaultSeccomp([capability], x64);
    const all = [...new Set([...Object.values(opened).flat(), 'clone3', 'keyctl'])];
    const open = all.filter((call) => seccompAnswer(profile, call, 0x1000_0000) === null);
    expect(open.sort()).toEqual([...own].sort());
  });

  test('all capabilities of the table are capabilities, and no name is there twice', () => {
    expect(Object.keys(opened).filter((name) => !allCapabilities.includes(name.slice(4)))).toEqual([]);
    expect(new Set(harmless).size).toBe(harmless.length);
    const { names } = defaultSeccomp(Object.keys(opened), x64).syscalls[0] ?? { names: [] };
    expect(new Set(names).size).toBe(names.length);
  });

  test('each machine has its own', () => {
    expect(plain.architectures).toEqual(['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32']);
    const arm = defaultSeccomp([], { arch: 'arm64' });
    expect(arm.architectures).toEqual(['SCMP_ARCH_AARCH64']);
    expect([seccompAnswer(plain, 'arch_prctl'), seccompAnswer(arm, 'arch_prctl')]).toEqual([null, 1]);
  });
});
