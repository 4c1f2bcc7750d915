import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defaultSeccomp } from '../../src/oci/seccomp.js';
import { fittedSeccomp } from '../../src/oci/seccomp-file.js';
import type { Seccomp } from '../../src/oci/spec.js';
import { seccompAnswer } from '../support/seccomp-answer.js';
import { StackHost } from '../support/stack-host.js';

const defaultCapabilities =
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE NET_RAW SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'
    .split(' ')
    .map((name) => `CAP_${name}`);
const machine = { arch: process.arch, kernel: release() };

/** One call that the probe made: `CALL` or `MACHINE:CALL`, its first argument, and the errno; a signal is negative. */
interface Made {
  readonly label: string;
  readonly argument: number;
  readonly errno: number;
}

let dir: string;
let host: StackHost;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'berthtest-probe-'));
  if (process.arch === 'x64')
    execFileSync('gcc', ['-static', '-O1', '-o', join(dir, 'probe'), 'test/support/seccomp-probe.c']);
});

afterAll(() => rmSync(dir, { recursive: true }));

beforeEach(() => {
  host = new StackHost(`berthtestseccomp${process.pid}`);
});

afterEach(() => host.close());

describe.skipIf(process.arch !== 'x64')('system calls in a container', () => {
  it('end as the default profile says, and without it otherwise', async () => {
    await host.up(probe('confined') + probe('free', 'security_opt: [seccomp=unconfined]\n    cap_add: [ALL]'));
    const [confined, free] = [await made('confined'), await made('free')];
    const profile = defaultSeccomp(defaultCapabilities, machine);
    expect(confined.length).toBeGreaterThan(95);
    expect(confined.map(({ label, argument }) => [label, argument])).toEqual(
      free.map(({ label, argument }) => [label, argument]),
    );
    const refused = confined.filter((one) => expected(profile, one) !== null);
    expect(refused.length).toBeGreaterThanOrEqual(60);
    expect(refused).toEqual(refused.map((one) => ({ ...one, errno: expected(profile, one) })));
    // The control: without the filter the kernel itself says something else of each.
    const control = new Map(free.map((one) => [keyOf(one), one.errno]));
    expect(refused.filter((one) => control.get(keyOf(one)) === one.errno)).toEqual([]);
    const allowed = confined.filter((one) => expected(profile, one) === null);
    expect(allowed).toEqual(allowed.map((one) => ({ ...one, errno: control.get(keyOf(one)) })));
  });

  it('end as the profile of a file says', async () => {
    const profile = {
      defaultAction: 'SCMP_ACT_ALLOW',
      archMap: [{ architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86'] }],
      syscalls: [
        { names: ['keyctl'], action: 'SCMP_ACT_ERRNO', errnoRet: 77, excludes: { caps: ['CAP_SYS_ADMIN'] } },
        { names: ['personality'], action: 'SCMP_ACT_ERRNO', includes: { caps: ['CAP_SYS_ADMIN'] } },
        { name: 'memfd_create', action: 'SCMP_ACT_KILL_PROCESS', includes: { minKernel: '4.8' } },
        {
          names: ['socket'],
          action: 'SCMP_ACT_ERRNO',
          errnoRet: 97,
          args: [{ index: 0, value: 16, op: 'SCMP_CMP_EQ' }],
        },
      ],
    };
    writeFileSync(join(dir, 'calls.json'), JSON.stringify(profile));
    await host.up(probe('web', `security_opt: [${JSON.stringify(`seccomp=${dir}/calls.json`)}]`));
    const calls = new Map((await made('web')).map((one) => [keyOf(one), one.errno]));
    expect(calls.get('keyctl 9999')).toBe(77);
    expect(calls.get('x86:keyctl 9999')).toBe(77);
    expect(calls.get('memfd_create 1')).toBe(-31);
    expect(calls.get('socket 16')).toBe(97);
    expect(calls.get('socket 1')).toBe(0);
    expect(calls.get('personality 262144')).toBe(0);
    // x32 is not in the file's list, so its calls are those of a foreign machine.
    expect(calls.get('x32:keyctl 9999')).toBe(-31);
    expect(fittedSeccomp(profile, [], machine).syscalls).toHaveLength(3);
  });
});

describe('a filter', () => {
  it.for([
    ['', [2, 2, 0]],
    ['init: true', [2, 2, 0]],
    ['security_opt: [no-new-privileges]', [2, 2, 1]],
    ['user: guest', [2, 2, 0]],
    ['security_opt: [seccomp=unconfined]', [0, 0, 0]],
    ['privileged: true', [0, 0, 0]],
  ] as const)('is on every process of a service: %s', async ([keys, [command, first, noNewPrivileges]]) => {
    await host.up(`
  one:
    image: box
    stop_signal: SIGKILL
    command: ['sh', '-c', 'cat /proc/self/status; echo end; exec sleep 600']
    ${keys}
`);
    const log = await host.logToEnd('one');
    expect(statusOf(log, 'Seccomp')).toBe(command);
    expect(statusOf(log, 'NoNewPrivs')).toBe(noNewPrivileges);
    const { pid } = await host.container('one');
    expect(statusOf(readFileSync(`/proc/${pid}/status`, 'utf8'), 'Seccomp')).toBe(first);
  });

  it('that names no system call is told before anything runs', async () => {
    writeFileSync(
      join(dir, 'wrong.json'),
      JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ names: ['raed'], action: 'SCMP_ACT_ERRNO' }] }),
    );
    const up = host.up(probe('web', `security_opt: [${JSON.stringify(`seccomp=${dir}/wrong.json`)}]`));
    await expect(up).rejects.toThrow("no system call is named 'raed'");
  });
});

function probe(name: string, keys = ''): string {
  return `
  ${name}:
    image: box
    stop_signal: SIGKILL
    volumes: ['${dir}:/probe:ro']
    command: ['sh', '-c', '/probe/probe; echo end; exec sleep 600']
    ${keys}
`;
}

async function made(service: string): Promise<Made[]> {
  const lines = (await host.logToEnd(service)).split('\n').filter((line) => /^\S+ \d+ -?\d+$/.test(line));
  return lines.map((line) => {
    const [label = '', argument, errno] = line.split(' ');
    return { label, argument: Number(argument), errno: Number(errno) };
  });
}

function keyOf({ label, argument }: Made): string {
  return `${label} ${argument}`;
}

/** The errno by the profile, null where it lets the call through; what is newer than the profile is ENOSYS as the kernel's. */
function expected(profile: Seccomp, { label, argument }: Made): number | null {
  const [call = '', isNumber] = label.split(':').reverse();
  if (isNumber === 'none') return Number(call) > 466 ? null : (profile.defaultErrnoRet ?? 1);
  return seccompAnswer(profile, call, argument);
}

function statusOf(text: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s*(\\d+)$`, 'm').exec(text)?.[1]);
}
