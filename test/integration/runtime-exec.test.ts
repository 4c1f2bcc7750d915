import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { until } from '../support/bundle.js';
import { ConsoleReceiver } from '../support/console-receiver.js';
import { RuntimeBench } from '../support/runtime-bench.js';

let bench: RuntimeBench;
beforeEach(() => {
  bench = new RuntimeBench();
});
afterEach(() => bench.close());

/** A file with the `process` that engines pass. */
function processFile(change: Record<string, unknown>): string {
  const file = join(bench.dir, 'process.json');
  writeFileSync(file, JSON.stringify({ ...bench.bundle().config.process, ...change }));
  return file;
}

it('runs a command in the namespaces and the cgroup of the container, and gives its exit code', async () => {
  const id = await bench.running();
  const script =
    'echo $$ $(hostname); cat /proc/self/cgroup; readlink /proc/1/ns/mnt; readlink /proc/self/ns/mnt; exit 7';
  const result = await bench.run(['exec', id, '/bin/sh', '-c', script]);
  expect(result.stderr).toBe('');
  expect(result.code).toBe(7);
  const lines = result.stdout.trim().split('\n');
  expect(lines[0]).toMatch(/^[0-9]+ berthtest$/);
  const cgroups = lines.filter((line) => line.includes(':pids:') || line.startsWith('0::'));
  for (const line of cgroups) expect(line).toMatch(/:\/$/);
  expect(lines.at(-1)).toBe(lines.at(-2));
});

it('takes the process of --process as it is', async () => {
  const id = await bench.running();
  const file = processFile({
    args: ['/bin/sh', '-c', 'id -u; id -G; pwd; echo $A; grep -E "CapPrm|NoNewPrivs" /proc/self/status'],
    user: { uid: 1000, gid: 1000, additionalGids: [7] },
    cwd: '/tmp',
    env: ['PATH=/bin', 'A=b'],
    capabilities: { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] },
    noNewPrivileges: true,
  });
  const { stdout } = await bench.run(['exec', '--process', file, id]);
  expect(stdout).toBe('1000\n1000 7\n/tmp\nb\nCapPrm:\t0000000000000000\nNoNewPrivs:\t1\n');
});

it('changes the process of the container by options', async () => {
  const id = await bench.running();
  const options = ['-u', '1000:1001', '-g', '5', '-g', '6', '-e', 'A=x y', '--cwd', '/tmp', '--cap', 'CAP_NET_RAW'];
  const script = 'id -u; id -G; pwd; echo $A; grep CapBnd /proc/self/status';
  expect((await bench.run(['exec', ...options, id, 'sh', '-c', script])).stdout).toBe(
    '1000\n1001 5 6\n/tmp\nx y\nCapBnd:\t0000000020002420\n',
  );
  const other = await bench.running('sleep 600', (config) => {
    config.process.noNewPrivileges = false;
  });
  const status = ['grep', 'NoNewPrivs', '/proc/self/status'];
  expect((await bench.run(['exec', other, ...status])).stdout).toBe('NoNewPrivs:\t0\n');
  expect((await bench.run(['exec', '--no-new-privs', other, ...status])).stdout).toBe('NoNewPrivs:\t1\n');
});

it('leaves the options behind the id to the command', async () => {
  const id = await bench.running();
  expect((await bench.run(['exec', id, 'echo', '-e', '--detach'])).stdout).toBe('--detach\n');
});

it('passes stdin on, and signals', async () => {
  const id = await bench.running();
  expect((await bench.run(['exec', id, 'cat'], { input: 'in\n' })).stdout).toBe('in\n');
  const call = bench.start(['exec', id, 'sh', '-c', 'trap "exit 9" USR1; echo ready; while :; do sleep 0.05; done']);
  await until(() => expect(call.stdout()).toBe('ready\n'));
  call.child.kill('SIGUSR1');
  expect((await call.ended).code).toBe(9);
  expect((await bench.run(['exec', id, 'sh', '-c', 'kill -9 $$'])).code).toBe(137);
});

it('returns once a detached process runs, whatever becomes of it, and writes its pid', async () => {
  const id = await bench.running();
  const pidFile = join(bench.dir, 'exec.pid');
  const file = processFile({ args: ['/bin/sleep', '600'] });
  const result = await bench.run(['exec', '--pid-file', pidFile, '--process', file, '--detach', id], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  expect(result).toMatchObject({ code: 0, stderr: '' });
  expect(readFileSync(`/proc/${readFileSync(pidFile, 'utf8')}/cmdline`, 'utf8')).toBe(
    ['/bin/sleep', '600', ''].join('\0'),
  );
});

it('is 255 where exec itself fails, with a text from which engines choose 126 or 127', async () => {
  const id = await bench.running();
  const missing = await bench.run(['exec', id, '/nonexistent']);
  expect(missing).toEqual({
    code: 255,
    stdout: '',
    stderr: 'berth-runtime: exec: /nonexistent: execve: no such file or directory\n',
  });
  const refused = await bench.run(['exec', id, '/etc/passwd']);
  expect(refused.code).toBe(255);
  expect(refused.stderr).toBe('berth-runtime: exec: /etc/passwd: execve: permission denied\n');
  expect((await bench.run(['exec', id])).stderr).toBe('berth-runtime: exec: expected --process or a command\n');
  const stopped = await bench.running('true');
  await bench.untilStatus(stopped, 'stopped');
  expect(await bench.run(['exec', stopped, 'true'])).toMatchObject({
    code: 255,
    stderr: `berth-runtime: container ${stopped}: container not running: is stopped\n`,
  });
});

it('sends the terminal to --console-socket', async () => {
  const id = await bench.running();
  const receiver = await ConsoleReceiver.listen(bench.dir);
  const file = processFile({
    args: ['/bin/sh', '-c', 'tty; stty size'],
    terminal: true,
    consoleSize: { height: 20, width: 70 },
  });
  const words = ['exec', '--process', file, '--console-socket', receiver.socket, '--detach', id];
  expect(await bench.run(words)).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(await receiver.output()).toBe('/dev/pts/0\r\n20 70\r\n');
});

it('relays a terminal where it stays with the process', async () => {
  const id = await bench.running();
  const result = await bench.run(['exec', '-t', id, 'sh', '-c', 'tty; read word; echo got $word; exit 3'], {
    input: 'hi\n',
  });
  expect(result).toMatchObject({ code: 3, stderr: '' });
  expect(result.stdout.split('\r\n').sort()).toEqual(['', '/dev/pts/0', 'got hi', 'hi']); // `hi` is the terminal's echo
  const detached = await bench.run(['exec', '-t', '-d', id, 'true']);
  expect(detached).toMatchObject({ code: 255, stderr: expect.stringContaining('--console-socket: is missing') });
});

it('gives the process descriptors of ours with --preserve-fds, and no others', async () => {
  const id = await bench.running();
  const words = ['exec', '--preserve-fds', '1', id, 'sh', '-c', 'echo three >&3; ls /proc/self/fd | tr "\\n" " "'];
  const call = bench.start(words, { stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'] });
  let three = '';
  call.child.stdio[3]?.on('data', (chunk) => {
    three += chunk;
  });
  const result = await call.ended;
  expect(result.stderr).toBe('');
  expect(result.stdout).toBe('0 1 2 3 4 '); // 4 is the directory that ls reads
  await until(() => expect(three).toBe('three\n'));
  const missing = await bench.run(['exec', '--preserve-fds', '1', id, 'true']);
  expect(missing).toMatchObject({
    code: 255,
    stderr: 'berth-runtime: descriptor 3 to preserve: fcntl: bad file descriptor\n',
  });
});

it('puts the process into a cgroup below the container, which must be there', async () => {
  const id = await bench.running();
  const missing = await bench.run(['exec', '--cgroup', 'worker', id, 'true']);
  expect(missing.code).toBe(255);
  expect(missing.stderr).toMatch(/^berth-runtime: cgroup: .*\/worker.*: no such file or directory\n$/);
  for (const dir of bench.cgroupDirs(id)) {
    const worker = join(dir, 'worker');
    mkdirSync(worker);
    for (const name of ['cpuset.cpus', 'cpuset.mems']) // empty in a new one of v1
      if (existsSync(join(worker, name))) writeFileSync(join(worker, name), readFileSync(join(dir, name)));
  }
  const inside = await bench.run(['exec', '--cgroup', '/worker', id, 'cat', '/proc/self/cgroup']);
  expect(inside.stderr).toBe('');
  for (const line of inside.stdout
    .trim()
    .split('\n')
    .filter((text) => /:(pids|memory)?:/.test(text)))
    expect(line).toMatch(/:\/worker$/);
  for (const path of ['../worker', 'memory:worker'])
    expect((await bench.run(['exec', '--cgroup', path, id, 'true'])).stderr).toContain('--cgroup ');
});

it('lets the container end, and be removed, while a process runs in it', async () => {
  const id = await bench.running();
  const call = bench.start(['exec', id, 'sh', '-c', 'echo ready; sleep 600']);
  await until(() => expect(call.stdout()).toBe('ready\n'));
  await bench.ok('delete', '--force', id);
  expect((await call.ended).code).toBe(137);
});
