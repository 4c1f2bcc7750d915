import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { startDocker } from '../support/docker.js';
import { type Engine, type EngineResult, engineImage as image, isInstalled } from '../support/engine.js';
import { limitFiles } from '../support/limit-files.js';

const stack = `berthtestdocker${process.pid}`;
const installed = isInstalled('docker', 'dockerd', 'containerd', 'containerd-shim-runc-v2');
let docker: Engine;

beforeAll(async () => {
  if (installed) docker = await startDocker(stack);
});

afterAll(() => docker?.close());

beforeEach((ctx) => {
  if (!installed) ctx.skip('docker, dockerd and containerd are not installed');
});

function run(...args: string[]): EngineResult {
  return docker.call('run', '--network', 'none', ...args);
}

/** A container that sleeps until it is told to end. */
function started(name: string, ...options: string[]): string {
  const script = 'trap "exit 3" TERM; trap "echo usr1" USR1; echo up; touch /ready; while :; do sleep 0.1; done';
  const { code, output } = run('--detach', '--name', name, ...options, image, 'sh', '-c', script);
  if (code !== 0) throw new Error(output);
  return name;
}

/** A command whose failure says why. */
function done({ code, output }: EngineResult): void {
  expect(code, output).toBe(0);
}

function inspect(name: string, format: string): string {
  return docker.call('inspect', '--format', format, name).output;
}

/** Runs a command of docker's on a terminal. */
function onTerminal(...args: string[]): EngineResult {
  const words = [`unix://${docker.dir}/sock`, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  const { status, stdout } = spawnSync('script', ['-qec', `docker -H ${words.join(' ')}`, '/dev/null'], {
    encoding: 'utf8',
    input: '',
  });
  return { code: status, output: stdout.replaceAll('\r', '') };
}

it.for([
  ['ends well', ['true'], 0, ''],
  ['ends with a code', ['sh', '-c', 'exit 9'], 9, ''],
  ['ends by a signal', ['sh', '-c', 'sh -c "kill -9 \\$\\$"; exit $?'], 137, ''],
  ['is missing', ['/nonexistent'], 127, 'exec: /nonexistent: execve: no such file or directory'],
  ['may not be executed', ['/etc/passwd'], 126, 'exec: /etc/passwd: execve: permission denied'],
] as const)('run: a command that %s', ([, command, code, said]) => {
  expect(run('--rm', image, ...command)).toEqual({ code, output: expect.stringContaining(said) });
});

it('run: what is asked for is what the process has', () => {
  const options = [
    ...['--user', '1000:1001', '--group-add', '7', '--workdir', '/tmp', '--hostname', 'other', '--env', 'A=two words'],
    ...['--cap-drop', 'ALL', '--cap-add', 'NET_RAW', '--read-only', '--security-opt', 'no-new-privileges'],
    ...['--ulimit', 'nofile=100:200', '--sysctl', 'kernel.msgmax=9000', '--oom-score-adj', '77', '--shm-size', '1m'],
    ...['--tmpfs', '/mnt:size=2m', '--device', '/dev/fuse', '--volume', `${docker.dir}/cli:/srv:ro`],
  ];
  const script =
    'id -u; id -g; id -G; pwd; hostname; echo "$A $HOME"; grep -E "CapBnd|NoNewPrivs|^Seccomp:" /proc/self/status; ' +
    'ulimit -n; cat /proc/sys/kernel/msgmax /proc/self/oom_score_adj; df -m /dev/shm /mnt | awk "NR > 1 {print \\$2}"; ' +
    'stat -c %t:%T /dev/fuse; touch /x /srv/x';
  expect(run('--rm', ...options, image, 'sh', '-c', script).output.split(/\s*\n/)).toEqual([
    ...['1000', '1001', '1001 7', '/tmp', 'other', 'two words /'],
    ...['CapBnd:\t0000000000002000', 'NoNewPrivs:\t1', 'Seccomp:\t2'],
    ...['100', '9000', '77', '1', '2', 'a:e5'],
    ...['touch: /x: Read-only file system', 'touch: /srv/x: Read-only file system'],
  ]);
});

it('run: HOME by the container’s own users, an init, every privilege', () => {
  expect(run('--rm', image, 'sh', '-c', 'echo $HOME').output).toBe('/root');
  expect(run('--rm', '--init', image, 'ps').output).toMatch(/1 root\s+\/sbin\/docker-init -- ps/);
  const script = 'readlink /dev/ptmx; mount -t tmpfs x /tmp && echo mounted';
  expect(run('--rm', '--privileged', image, 'sh', '-c', script).output).toBe('pts/ptmx\nmounted');
});

it('run and exec: a terminal', () => {
  const script = 'tty; test -c /dev/console && ls /dev/pts';
  expect(onTerminal('run', '--rm', '-it', '--network', 'none', image, 'sh', '-c', script)).toEqual({
    code: 0,
    output: expect.stringMatching(/\/dev\/pts\/0\n0\s+ptmx/),
  });
  expect(onTerminal('exec', '-it', started('terminal'), 'tty').output).toMatch(/\/dev\/pts\/\d\n/);
});

it('run and update: limits', () => {
  const name = started('limits', '--memory', '64m', '--pids-limit', '50', '--cpus', '0.25');
  const cgroup = `/berth/${stack}/${inspect(name, '{{.Id}}')}`;
  expect(limitFiles(cgroup)).toEqual({ memory: '67108864', pids: '50', cpu: '25000 100000' });
  const changes = ['--cpus', '0.5', '--memory', '96m', '--memory-swap', '192m', '--pids-limit', '60'];
  done(docker.call('update', ...changes, name));
  expect(limitFiles(cgroup)).toEqual({ memory: '100663296', pids: '60', cpu: '50000 100000' });
  done(docker.call('exec', name, 'head', '-c', '1', '/dev/zero'));
});

it('exec: user, directory, environment, code, and what is missing', () => {
  const name = started('exec');
  const options = ['--user', '1000:1001', '--workdir', '/tmp', '--env', 'A=b'];
  const ended = docker.call('exec', ...options, name, 'sh', '-c', 'id -u; id -g; pwd; echo $A; exit 7');
  expect(ended).toEqual({ code: 7, output: '1000\n1001\n/tmp\nb' });
  const missing = docker.call('exec', name, '/nonexistent');
  expect(missing).toEqual({ code: expect.any(Number), output: expect.stringContaining('no such file or directory') });
  expect([126, 127]).toContain(missing.code);
  done(docker.call('exec', '--detach', name, 'touch', '/detached'));
});

it('top, stats, pause, unpause, kill', async () => {
  const name = started('life');
  expect(docker.call('top', name, '-o', 'pid,comm').output).toMatch(/^PID\s+COMMAND\s+\d+\s+sh/);
  expect(docker.call('stats', '--no-stream', '--format', '{{.Name}} {{.PIDs}}', name).output).toMatch(/^life [1-9]/);
  done(docker.call('pause', name));
  expect(inspect(name, '{{.State.Status}}')).toBe('paused');
  done(docker.call('unpause', name));
  done(docker.call('kill', '--signal', 'USR1', name));
  await vi.waitFor(() => expect(docker.call('logs', name).output).toBe('up\nusr1'), { timeout: 10_000 });
  expect(inspect(name, '{{.State.Status}}')).toBe('running');
});

it('stop, start, restart, rm', async () => {
  const name = started('ends');
  await vi.waitFor(() => expect(docker.call('logs', name).output).toBe('up'), { timeout: 10_000 });
  done(docker.call('stop', name));
  expect(inspect(name, '{{.State.Status}} {{.State.ExitCode}}')).toBe('exited 3');
  done(docker.call('start', name));
  done(docker.call('restart', '--time', '0', name));
  expect(inspect(name, '{{.State.Status}}')).toBe('running');
  done(docker.call('rm', '--force', name));
  expect(docker.call('inspect', name).code).toBe(1);
});

it('a health check', async () => {
  const name = started(
    'health',
    '--health-cmd',
    'test -e /ready',
    '--health-interval',
    '200ms',
    '--health-retries',
    '1',
  );
  const health = () => inspect(name, '{{.State.Health.Status}}');
  await vi.waitFor(() => expect(health()).toBe('healthy'), { timeout: 20_000, interval: 100 });
  done(docker.call('exec', name, 'rm', '/ready'));
  await vi.waitFor(() => expect(health()).toBe('unhealthy'), { timeout: 20_000, interval: 100 });
});

it('namespaces: of another container, and the host’s', () => {
  const name = started('shared', '--ipc', 'shareable');
  const join = ['pid', 'ipc', 'network'].flatMap((kind) => [`--${kind}`, `container:${name}`]);
  expect(docker.call('run', '--rm', ...join, image, 'ps').output).toContain('while :');
  const host = ['--pid', 'host', '--uts', 'host', '--ipc', 'host'];
  expect(run('--rm', ...host, image, 'sh', '-c', 'echo $$').output).not.toBe('1');
});
