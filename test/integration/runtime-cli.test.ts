import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { until } from '../support/bundle.js';
import { RuntimeBench, type RuntimeCallOptions } from '../support/runtime-bench.js';
import { withTerminal } from '../support/terminal.js';

let bench: RuntimeBench;
beforeEach(() => {
  bench = new RuntimeBench();
});
afterEach(() => bench.close());

function state(id: string): string {
  return join(bench.dir, 'state', id);
}

it('runs a container in the foreground, gives its exit code and removes it', async () => {
  const { id, dir } = bench.bundle('cat; echo err >&2; exit 5');
  expect(await bench.run(['run', '--bundle', dir, id], { input: 'in\n' })).toEqual({
    code: 5,
    stdout: 'in\n',
    stderr: 'err\n',
  });
  expect(existsSync(state(id))).toBe(false);
  expect(bench.cgroupDirs(id)).toEqual([]);
});

it('keeps a container that has run with --keep', async () => {
  const { id, dir } = bench.bundle('exit 5');
  expect((await bench.run(['run', '--keep', '--bundle', dir, id])).code).toBe(5);
  expect((await bench.state(id)).status).toBe('stopped');
  await bench.ok('delete', id);
});

it('relays the terminal of a container that it runs', async () => {
  const { id, dir } = bench.bundle('tty; read word; echo got $word', (config) => {
    config.process.terminal = true;
  });
  const result = await bench.run(['run', '--bundle', dir, id], { input: 'hi\n' });
  expect(result).toMatchObject({ code: 0, stderr: '' });
  expect(result.stdout.split('\r\n').sort()).toEqual(['', '/dev/pts/0', 'got hi', 'hi']); // `hi` is the terminal's echo
});

it('gives the container the terminal that it is called from: every key, its size, and its state afterwards', async () => {
  const script =
    'stty size; trap "stty size" WINCH; trap "echo int" INT; echo ready; while :; do read w && echo "<$w>" && test "$w" = stop && exit 6; done';
  const { id, dir } = bench.bundle(script, (config) => {
    config.process.terminal = true;
  });
  const command = bench.commandLine(['run', '--bundle', dir, id]).join(' ');
  await withTerminal(
    `stty -g > before; ${command}; code=$?; stty -g > after; (exit $code)`,
    bench.dir,
    async (terminal) => {
      await until(() => expect(terminal.screen()).toMatch(/^30 100\nready/));
      terminal.type('C-c');
      await until(() => expect(terminal.screen()).toContain('int'));
      terminal.resize(80, 20);
      await until(() => expect(terminal.screen()).toContain('20 80'));
      terminal.type('stop', 'Enter');
      await until(() => expect(terminal.screen()).toMatch(/<stop>\n+exit code 6/));
      const settings = ['before', 'after'].map((name) => readFileSync(join(bench.dir, name), 'utf8'));
      expect(settings[1]).toBe(settings[0]);
    },
  );
});

it('takes config.json from elsewhere with --config, and by no other name', async () => {
  const { id, dir, config } = bench.bundle();
  rmSync(join(dir, 'config.json'));
  const file = join(bench.dir, 'other.json');
  writeFileSync(file, JSON.stringify({ ...config, process: { ...config.process, args: ['echo', 'other'] } }));
  expect((await bench.run(['run', '--config', file, '--bundle', dir, id])).stdout).toBe('other\n');
  expect((await bench.run(['run', '--bundle', dir, id])).stderr).toBe(
    `berth-runtime: ${dir}/config.json: open: no such file or directory\n`,
  );
});

it('gives init the sockets of socket activation, then the descriptors of --preserve-fds', async () => {
  const script = 'echo a >&3; echo b >&4; echo $LISTEN_FDS $LISTEN_PID; ls /proc/self/fd | tr "\\n" " "';
  const { id, dir } = bench.bundle(script);
  const files = [join(bench.dir, 'three'), join(bench.dir, 'four')];
  const call = bench.start(['run', '--preserve-fds', '1', '--bundle', dir, id], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    env: { LISTEN_FDS: '1' },
  });
  const [three, four] = files.map((_, index) => {
    let text = '';
    call.child.stdio[3 + index]?.on('data', (chunk) => {
      text += chunk;
    });
    return () => text;
  });
  expect(await call.ended).toMatchObject({ code: 0, stdout: '1 1\n0 1 2 3 4 5 ', stderr: '' }); // 5: the directory
  await until(() => expect([three?.(), four?.()]).toEqual(['a\n', 'b\n']));
});

it('has a session keyring of its own, but for --no-new-keyring', async () => {
  const hasOwn = async (...options: string[]) => {
    const { id, dir } = bench.bundle('cat /proc/keys', (config) => {
      config.linux['maskedPaths'] = [];
    });
    const { stdout } = await bench.run(['run', ...options, '--bundle', dir, id]);
    return stdout.includes(` _ses.${id}: `);
  };
  expect(await hasOwn()).toBe(true);
  expect(await hasOwn('--no-new-keyring')).toBe(false);
});

it('lists processes as a table, and by pid as JSON', async () => {
  const id = await bench.running('sleep 600');
  const { pid } = await bench.state(id);
  expect(JSON.parse(await bench.ok('ps', '--format', 'json', id))).toEqual([pid]);
  const lines = (await bench.ok('ps', id)).split('\n');
  expect(lines[0]).toMatch(/^UID +PID +PPID +STAT +TIME +CMD$/);
  expect(lines[1]).toMatch(new RegExp(`^0 +${pid} +\\d+ +S +00:00:00 +(sh -c )?sleep 600$`));
  await bench.ok('kill', id, 'KILL');
  await bench.untilStatus(id, 'stopped');
  expect(await bench.ok('ps', '--format', 'json', id)).toBe('[]\n');
});

it('keeps the escape sequences of a command line off the terminal', async () => {
  const id = await bench.running('exec sleep 600 # \x1b[31m');
  expect(await bench.ok('ps', id)).not.toContain('\x1b');
  await bench.run(['exec', '-d', id, 'sh', '-c', 'sleep 600; : \x1b[31m'], { stdio: 'ignore' });
  const table = await bench.ok('ps', id);
  expect(table).toContain('?[31m');
  expect(table).not.toContain('\x1b');
});

it('kills all processes of a container, those beside init too', async () => {
  const id = await bench.running('sleep 600', (config) => {
    config.linux.namespaces = config.linux.namespaces.filter(({ type }) => type !== 'pid');
    config.mounts = config.mounts.filter(({ type }) => type !== 'proc');
    config.linux['maskedPaths'] = config.linux['readonlyPaths'] = [];
  });
  await bench.run(['exec', '-d', id, 'sleep', '600'], { stdio: 'ignore' });
  const pids: number[] = JSON.parse(await bench.ok('ps', '--format', 'json', id));
  expect(pids).toHaveLength(2);
  await bench.ok('kill', '--all', id, 'TERM');
  await until(() => expect(pids.filter((pid) => isAlive(pid))).toEqual([]));
  await bench.ok('kill', '--all', id, '9');
});

function isAlive(pid: number): boolean {
  const status = existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : 'State:\tZ';
  return !/^State:\t[ZX]/m.test(status);
}

it('says that a container is not running', async () => {
  const id = await bench.running('true');
  await bench.untilStatus(id, 'stopped');
  expect(await bench.run(['kill', id, '15'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`container ${id}: container not running`),
  });
});

it('removes what there is by force, and says nothing where there is none', async () => {
  const id = await bench.running();
  expect((await bench.run(['delete', id])).stderr).toBe(`berth-runtime: container ${id}: is running, not stopped\n`);
  await bench.ok('delete', '--force', id);
  await bench.ok('delete', '--force', id);
  expect((await bench.run(['delete', id])).code).toBe(1);
});

it('does not take any directory for a container that was never finished', async () => {
  mkdirSync(join(state('half')), { recursive: true });
  writeFileSync(join(state('half'), 'config.json'), '{}');
  await bench.ok('delete', '--force', 'half');
  expect(existsSync(state('half'))).toBe(false);
  mkdirSync(state('other'));
  writeFileSync(join(state('other'), 'data'), '');
  const refused = await bench.run(['delete', '--force', 'other']);
  expect(refused.stderr).toBe(
    'berth-runtime: container other: its directory is none of a container: directory not empty\n',
  );
  expect(existsSync(join(state('other'), 'data'))).toBe(true);
  rmSync(state('other'), { recursive: true });
});

it('removes every container whose id matches with --regex', async () => {
  const [one, two] = [await bench.running(), await bench.running()];
  const other = await bench.running('sleep 600');
  await bench.ok('delete', '--force', '--regex', `^(${one}|${two})$`);
  expect((await bench.ok('list', '--quiet')).trim()).toBe(other);
  expect((await bench.run(['delete', '--regex', '('])).stderr).toMatch(/^berth-runtime: --regex \(: .*\n$/);
  const running = await bench.run(['delete', '--regex', '.']);
  expect(running).toMatchObject({ code: 1, stderr: `berth-runtime: container ${other}: is running, not stopped\n` });
});

it('makes no cgroup with --cgroup-manager disabled, and refuses what needs one', async () => {
  const disabled = {
    global: ['--cgroup-manager', 'disabled'],
    stdio: ['ignore', 'ignore', 'pipe'],
  } satisfies RuntimeCallOptions;
  const bundle = (change: Parameters<RuntimeBench['bundle']>[1] = () => undefined) =>
    bench.bundle('sleep 600', (config) => {
      config.mounts = config.mounts.filter(({ type }) => type !== 'cgroup');
      change?.(config);
    });
  const { id, dir } = bundle();
  expect(await bench.run(['run', '-d', '--bundle', dir, id], disabled)).toMatchObject({ code: 0, stderr: '' });
  expect(bench.cgroupDirs(id)).toEqual([]);
  const { pid } = await bench.state(id);
  expect(readFileSync(`/proc/${pid}/cgroup`, 'utf8')).toBe(readFileSync('/proc/self/cgroup', 'utf8'));
  expect((await bench.run(['exec', id, 'echo', 'in'])).stdout).toBe('in\n');
  for (const command of ['pause', 'resume', 'ps', 'update'])
    expect((await bench.run([command, id])).stderr).toContain(`has no cgroup, which ${command} needs`);
  await bench.ok('delete', '--force', id);
  expect(isAlive(pid)).toBe(false);
  const refusals: [Parameters<RuntimeBench['bundle']>[1], string][] = [
    [
      (config) => {
        config.linux.resources['pids'] = { limit: 5 };
      },
      'a limit of controller pids needs a cgroup',
    ],
    [
      (config) => {
        config.hostname = '';
        config.linux.namespaces = [{ type: 'mount' }];
      },
      'without a pid namespace',
    ],
    [
      (config) => {
        config.mounts.push({ destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup' });
      },
      'there is no cgroup to mount',
    ],
  ];
  for (const [change, text] of refusals) {
    const refused = bundle(change);
    const result = await bench.run(['create', '--bundle', refused.dir, refused.id], disabled);
    expect(result.stderr).toContain(`--cgroup-manager disabled: ${text}`);
  }
});

it('logs errors and warnings as engines read them', async () => {
  const { id, dir } = bench.bundle('true', (config) => {
    const none: string[] = [];
    config.process.capabilities = {
      bounding: none,
      effective: none,
      permitted: none,
      inheritable: none,
      ambient: ['CAP_KILL'],
    };
  });
  const log = join(bench.dir, 'log.json');
  const global = ['--log', log, '--log-format', 'json', '--debug'];
  await bench.run(['run', '--bundle', dir, id], { global });
  await bench.run(['start', 'nosuch'], { global });
  const lines = readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toContainEqual({
    level: 'warning',
    msg: '/process/capabilities/ambient: what is not permitted and inheritable is not granted',
    time: expect.any(String),
  });
  expect(lines.at(-1)).toEqual({
    level: 'error',
    msg: expect.stringMatching(/^container nosuch: does not exist/),
    time: expect.any(String),
  });
  expect(lines[0]).toMatchObject({ level: 'debug', msg: 'command run' });
});

it('tells its version and that of the specification', async () => {
  expect((await bench.run(['--version'])).stdout).toMatch(/^berth-runtime version \S+\nspec: 1\.\d+\.\d+\n$/);
});

it('leaves nothing that delete --force does not remove, whenever create is killed', async () => {
  const { id, dir } = bench.bundle();
  for (let round = 0; round < 12; ++round) {
    const call = bench.start(['create', '--bundle', dir, id], { stdio: 'ignore' });
    // Yields a little longer each time, from before the first step to after the last.
    for (let turn = 0; turn < round * 12 && call.child.exitCode === null; ++turn)
      await new Promise((resolve) => setImmediate(resolve));
    call.child.kill('SIGKILL');
    await call.ended;
    await bench.ok('delete', '--force', id);
    expect(existsSync(state(id))).toBe(false);
    expect(bench.cgroupDirs(id)).toEqual([]);
    expect(processesOf(dir)).toEqual([]);
  }
});

/** Pids whose root is in the bundle, or which hold it as their working directory. */
function processesOf(dir: string): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/mountinfo`, 'utf8').includes(dir);
    } catch {
      return false;
    }
  });
}

it('removes a container whose create hangs', async () => {
  const gate = mkdtempSync(join(tmpdir(), 'berthtest-gate-'));
  const { id, dir } = bench.bundle('true', (config) => {
    const script = `echo > ${gate}/ready; sleep 600`;
    config['hooks'] = { createContainer: [{ path: '/bin/sh', args: ['sh', '-c', script] }] };
  });
  const call = bench.start(['create', '--bundle', dir, id]);
  await until(() => expect(existsSync(join(gate, 'ready'))).toBe(true));
  await bench.ok('delete', '--force', id);
  expect((await call.ended).code).toBe(1);
  expect(bench.cgroupDirs(id)).toEqual([]);
  rmSync(gate, { recursive: true });
});
