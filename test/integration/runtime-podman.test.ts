import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { type Engine, type EngineResult, engineImage as image, isInstalled } from '../support/engine.js';
import { limitFiles } from '../support/limit-files.js';
import { startPodman } from '../support/podman.js';

const stack = `berthtestpodman${process.pid}`;
const installed = isInstalled('podman', 'conmon');
let podman: Engine;

beforeAll(() => {
  if (installed) podman = startPodman(stack);
});

afterAll(() => podman?.close());

beforeEach((ctx) => {
  if (!installed) ctx.skip('podman and conmon are not installed');
});

const place = ['--network', 'none', '--cgroup-parent', `/berth/${stack}`];

function run(...args: string[]): EngineResult {
  return podman.call('run', ...place, ...args);
}

/** A container that sleeps until it is told to end; the command's output is its name. */
function started(name: string, ...options: string[]): string {
  const script = 'trap "exit 3" TERM; trap "echo usr1" USR1; echo up; while :; do sleep 0.1; done';
  const { code, output } = run('--detach', '--name', name, ...options, image, 'sh', '-c', script);
  if (code !== 0) throw new Error(output);
  return name;
}

/** A command whose failure says why. */
function done({ code, output }: EngineResult): void {
  expect(code, output).toBe(0);
}

function inspect(name: string, format: string): string {
  return podman.call('inspect', '--format', format, name).output;
}

it.for([
  ['ends well', ['true'], 0, ''],
  ['ends with a code', ['sh', '-c', 'exit 9'], 9, ''],
  ['ends by a signal', ['sh', '-c', 'sh -c "kill -9 \\$\\$"; exit $?'], 137, ''],
  ['is missing', ['/nonexistent'], 127, 'no such file or directory'],
  ['may not be executed', ['/etc/passwd'], 126, 'permission denied'],
] as const)('run: a command that %s', ([, command, code, said]) => {
  const result = run('--rm', image, ...command);
  expect(result).toEqual({ code, output: expect.stringContaining(said) });
});

it('run: what is asked for is what the process has', () => {
  const options = [
    ...['--user', '1000:1001', '--group-add', '7', '--workdir', '/tmp', '--hostname', 'other', '--env', 'A=two words'],
    ...[
      '--cap-drop',
      'ALL',
      '--cap-add',
      'NET_RAW',
      '--read-only',
      '--read-only-tmpfs=false',
      '--security-opt',
      'no-new-privileges',
    ],
    ...[
      '--ulimit',
      'nofile=100:200',
      '--ulimit',
      'nproc=400:400',
      '--sysctl',
      'kernel.msgmax=9000',
      '--oom-score-adj',
      '77',
      '--umask',
      '0027',
    ],
  ];
  const script =
    'id -u; id -g; id -G; pwd; hostname; echo "$A"; grep -E "CapBnd|NoNewPrivs|^Seccomp:" /proc/self/status; ' +
    'ulimit -n; cat /proc/sys/kernel/msgmax /proc/self/oom_score_adj; umask; touch /x';
  expect(run('--rm', ...options, image, 'sh', '-c', script).output.split(/\s*\n/)).toEqual([
    ...['1000', '1001', '1001 7', '/tmp', 'other', 'two words'],
    ...['CapBnd:\t0000000000002000', 'NoNewPrivs:\t1', 'Seccomp:\t2'],
    ...['100', '9000', '77', '0027', 'touch: /x: Read-only file system'],
  ]);
});

it('run: a terminal', () => {
  const { code, output } = run('--rm', '--tty', image, 'sh', '-c', 'tty; test -t 1 && ls -l /dev/console');
  expect([code, output]).toEqual([0, expect.stringMatching(/^\/dev\/pts\/0\s+crw/)]);
});

it('run: limits', () => {
  const name = started('limits', '--memory', '64m', '--pids-limit', '50', '--cpus', '0.25', '--cpu-shares', '512');
  const cgroup = `/berth/${stack}/libpod-${inspect(name, '{{.Id}}')}`;
  expect(limitFiles(cgroup)).toEqual({ memory: '67108864', pids: '50', cpu: '25000 100000' });
  done(podman.call('update', '--cpus', '0.5', name));
  expect(limitFiles(cgroup).cpu).toBe('50000 100000');
});

it('exec: user, directory, environment, code, and what is missing', () => {
  const name = started('exec');
  const script = 'id -u; id -g; pwd; echo $A; exit 7';
  const options = ['--user', '1000:1001', '--workdir', '/tmp', '--env', 'A=b'];
  expect(podman.call('exec', ...options, name, 'sh', '-c', script)).toEqual({ code: 7, output: '1000\n1001\n/tmp\nb' });
  expect(podman.call('exec', name, '/nonexistent').code).toBe(127);
  expect(podman.call('exec', '--tty', name, 'tty').output).toMatch(/^\/dev\/pts\/\d/);
  done(podman.call('exec', '--detach', name, 'touch', '/detached'));
});

it('top, stats, pause, unpause, kill', async () => {
  const name = started('life');
  expect(podman.call('top', name, 'pid', 'comm').output).toMatch(/^PID\s+COMMAND\s+1\s+sh/);
  expect(podman.call('stats', '--no-stream', '--format', '{{.Name}} {{.PIDs}}', name).output).toMatch(/^life [1-9]/);
  done(podman.call('pause', name));
  expect(inspect(name, '{{.State.Status}}')).toBe('paused');
  done(podman.call('unpause', name));
  done(podman.call('kill', '--signal', 'USR1', name));
  await vi.waitFor(() => expect(podman.call('logs', name).output).toBe('up\nusr1'), { timeout: 10_000 });
  expect(inspect(name, '{{.State.Status}}')).toBe('running');
});

it('stop, start, restart, rm', async () => {
  const name = started('ends');
  await vi.waitFor(() => expect(podman.call('logs', name).output).toBe('up'), { timeout: 10_000 });
  done(podman.call('stop', name));
  expect(inspect(name, '{{.State.Status}} {{.State.ExitCode}}')).toBe('exited 3');
  done(podman.call('start', name));
  done(podman.call('restart', '--time', '0', name));
  expect(inspect(name, '{{.State.Status}}')).toBe('running');
  done(podman.call('rm', '--force', '--time', '0', name));
  expect(podman.call('container', 'exists', name).code).toBe(1);
});

it('namespaces: of another container, and the host’s', () => {
  const name = started('shared');
  const joined = run('--rm', '--pid', `container:${name}`, '--uts', `container:${name}`, image, 'ps');
  expect(joined.output).toContain('while :');
  expect(run('--rm', '--pid', 'host', '--uts', 'host', '--ipc', 'host', image, 'sh', '-c', 'echo $$').output).not.toBe(
    '1',
  );
});
