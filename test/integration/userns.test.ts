import { mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Bench, withBench } from '../support/cli.js';

const STACK = `berthtestun${process.pid}`;

test('each container has ids that no other has, keeps them over restarts, and leaves nothing', async () => {
  await withBench(STACK, async (bench) => {
    bench.write(`services:\n${service('one')}${service('two')}${service('plain', 'userns_mode: host')}`);
    await bench.ok('up', '-d');
    const [one, two] = [mapOf(pidOf(bench, 'one')), mapOf(pidOf(bench, 'two'))];
    expect([one, two].map(({ inside, size }) => [inside, size])).toEqual([
      [0, 65_536],
      [0, 65_536],
    ]);
    expect(Math.abs(one.outside - two.outside)).toBeGreaterThanOrEqual(65_536);
    expect(uidOf(pidOf(bench, 'one'))).toBe(one.outside);
    expect(userOf(pidOf(bench, 'one'))).not.toBe(userOf('self'));
    expect(userOf(pidOf(bench, 'plain'))).toBe(userOf('self'));
    expect(await bench.ok('plan')).toContain('No changes');
    await bench.ok('restart');
    expect(mapOf(pidOf(bench, 'one'))).toEqual(one);
    await bench.ok('up', '-d', '--force-recreate');
    expect([mapOf(pidOf(bench, 'one')), mapOf(pidOf(bench, 'two'))]).toEqual([one, two]);
    await bench.ok('down');
    bench.assertGone();
  });
});

test("layers and volumes have the image's ids on the disk, binds those of the host", async () => {
  await withBench(STACK, async (bench) => {
    const project = bench.dir;
    for (const dir of ['bind', 'mapped']) mkdirSync(join(project, dir));
    writeFileSync(join(project, 'bind', 'file'), '');
    const script = [
      'stat -c %u:%g / /data /etc/hosts /bind/file',
      'echo a > /made; chown 5:6 /made; echo b > /data/made; chown 1000 /data/made; echo c > /mapped/made',
      'stat -c %u:%g /made /data/made /mapped/made',
      'echo d 2>/dev/null > /bind/made || echo refused',
      'echo e >> /etc/hosts && echo wrote',
    ].join('; ');
    bench.write(
      `services:\n${service('one', 'volumes: ["data:/data", "./bind:/bind", "./mapped:/mapped:idmap"]', script)}volumes: {data: {}}\n`,
    );
    await bench.ok('up', '-d');
    expect(await logOf(bench, 'one')).toBe('0:0\n0:0\n0:0\n65534:65534\n5:6\n1000:0\n0:0\nrefused\nwrote\n'.trimEnd());
    const { id } = recordOf(bench, 'one');
    expect(ownerOf(join(bench.root, 'overlay2', id, 'diff', 'made'))).toBe('5:6');
    expect(ownerOf(join(bench.root, 'volumes', `${bench.stack}_data`, '_data', 'made'))).toBe('1000:0');
    expect(ownerOf(join(project, 'mapped', 'made'))).toBe('0:0');
  });
});

test('exec and run are in it, with their own user and a terminal', async () => {
  await withBench(STACK, async (bench) => {
    bench.write(`services:\n${service('one')}`);
    await bench.ok('up', '-d');
    const exec = (...args: string[]) => bench.ok('exec', '-T', ...args);
    expect(await exec('one', 'readlink', '/proc/self/ns/user')).toBe(userOf(pidOf(bench, 'one')).concat('\n'));
    expect(await exec('-u', 'guest', 'one', 'sh', '-c', 'id -u; echo again > /dev/stdout')).toBe('1000\nagain\n');
    const refused = await bench.berth(['exec', '-T', '-u', '70000', 'one', 'id']);
    expect(refused.stderr).toContain('70000: is not in the user namespace');
    expect(await bench.ok('run', '--rm', '-T', 'one', 'cat', '/proc/self/uid_map')).toMatch(/^ +0 +\d+ +65536$/m);
  });
});

test('what follows from a change is in the plan, and a user who is not in it is refused', async () => {
  await withBench(STACK, async (bench) => {
    bench.write(`services:\n${service('one', 'userns_mode: host')}`);
    await bench.ok('up', '-d');
    bench.write(`services:\n${service('one')}`);
    const planned = await bench.ok('plan');
    expect(planned).toContain('namespaces');
    expect(planned).toMatch(/replace/);
    bench.write(`services:\n${service('one', 'userns_mode: "auto:size=500"\n    user: guest')}`);
    const refused = await bench.berth(['plan']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('run service one: user 1000 is not in its user namespace');
  });
});

test("another's user namespace is shared with what belongs to it, and survives the owner's restart", async () => {
  await withBench(STACK, async (bench) => {
    const joined = 'userns_mode: service:one\n    network_mode: service:one\n    pid: service:one';
    bench.write(`services:\n${service('one')}${service('two', joined)}`);
    await bench.ok('up', '-d');
    expect(userOf(pidOf(bench, 'two'))).toBe(userOf(pidOf(bench, 'one')));
    const before = userOf(pidOf(bench, 'one'));
    await bench.ok('restart', 'one');
    expect(userOf(pidOf(bench, 'one'))).toBe(before);
    expect(userOf(pidOf(bench, 'two'))).toBe(before);
  });
});

test("the host's network and pids are seen from a user namespace as well", async () => {
  await withBench(STACK, async (bench) => {
    const script = 'ls /sys/class/net | head -1; cat /proc/1/comm; ls /dev/mqueue | wc -l; hostname';
    bench.write(`services:\n${service('one', 'network_mode: host\n    pid: host\n    ipc: host', script)}`);
    await bench.ok('up', '-d');
    const lines = (await logOf(bench, 'one')).split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[1]).toBe(readFileSync('/proc/1/comm', 'utf8').trim());
  });
});

test('a hardened service writes where programs write, and nowhere else', async () => {
  await withBench(STACK, async (bench) => {
    const script = [
      "grep -E '^(CapBnd|CapEff|NoNewPrivs)' /proc/self/status | tr '\\t' ' '",
      'for dir in / /etc /tmp /run /var/tmp; do touch $dir/x 2>/dev/null && echo $dir; done',
      "sed 's/.* //' /proc/self/uid_map",
      'cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null',
    ].join('; ');
    bench.write(`x-berth: {hardened: true}\nservices:\n${service('one', '', script)}`);
    await bench.ok('up', '-d');
    expect(await logOf(bench, 'one')).toBe(
      'CapEff: 00000000800405fb\nCapBnd: 00000000800405fb\nNoNewPrivs: 1\n/tmp\n/run\n/var/tmp\n65536\n2048',
    );
  });
});

/** A service of the busybox image in a user namespace of its own that runs `script` and stays. */
function service(name: string, keys = 'userns_mode: auto', script = 'true'): string {
  const hasMode = keys === '' || keys.includes('userns_mode');
  return `  ${name}:
    image: box
    stop_signal: SIGKILL
    command: [sh, -c, ${JSON.stringify(`${script.replaceAll('$', '$$$$')}; echo end; exec sleep 600`)}]
    ${hasMode ? keys : `userns_mode: auto\n    ${keys}`}
`;
}

/** What the script printed. */
async function logOf(bench: Bench, name: string): Promise<string> {
  for (;;) {
    const text = (await bench.ok('logs', '--no-log-prefix', name)).trimEnd();
    if (text.endsWith('end')) return text.slice(0, -'\nend'.length);
  }
}

function recordOf({ root }: Bench, name: string): { readonly id: string } {
  const dir = join(root, 'containers');
  for (const id of readdirSync(dir)) {
    const record: unknown = JSON.parse(readFileSync(join(dir, id, 'record.json'), 'utf8'));
    if (typeof record === 'object' && record !== null && 'service' in record && record.service === name) return { id };
  }
  throw new Error(`there is no container of ${name}`);
}

function pidOf(bench: Bench, name: string): number {
  const status = readFileSync(join(bench.run, 'containers', recordOf(bench, name).id, 'status'), 'utf8');
  return Number(/^pid=(\d+)$/m.exec(status)?.[1]);
}

function mapOf(pid: number): { readonly inside: number; readonly outside: number; readonly size: number } {
  const [inside = -1, outside = -1, size = -1] = readFileSync(`/proc/${pid}/uid_map`, 'utf8')
    .trim()
    .split(/\s+/)
    .map(Number);
  return { inside, outside, size };
}

function uidOf(pid: number): number {
  return Number(/^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

function userOf(pid: number | 'self'): string {
  return readlinkSync(`/proc/${pid}/ns/user`);
}

function ownerOf(path: string): string {
  const { uid, gid } = statSync(path);
  return `${uid}:${gid}`;
}
