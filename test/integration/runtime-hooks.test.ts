import { chmodSync, existsSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OciBundle, type OciConfig, OciHost, writeConfig } from '../support/oci-bundle.js';

const namespaces = ['mnt', 'net', 'pid', 'uts'] as const;
const kinds = ['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart', 'poststop'] as const;
type Kind = (typeof kinds)[number];

/** What a hook of the tests writes down of itself. */
interface Told {
  readonly kind: string;
  readonly args: string;
  readonly cwd: string;
  readonly env: string;
  readonly fds: string;
  readonly root: string;
  readonly namespaces: Record<string, string>;
  readonly state: { status: string; pid: number; [key: string]: unknown };
}

let host: OciHost;
let script: string;

beforeEach(() => {
  host = new OciHost(`berthtesthooks${process.pid}`);
  script = join(host.dir, 'hook');
});

afterEach(() => host.close());

/** Writes a script that hooks of the runtime run, and in `bundle` the same for its startContainer hooks. */
function writeScript(text: string, bundle?: OciBundle): void {
  const places = [script, ...(bundle ? [join(bundle.root, 'bin/hook')] : [])];
  for (const place of places) {
    writeFileSync(place, `#!/bin/sh\n${text}\n`);
    chmodSync(place, 0o755);
  }
}

function hook(kind: string, over: object = {}) {
  return { path: kind === 'startContainer' ? '/bin/hook' : script, args: ['hook', kind], ...over };
}

function hooksOf(...some: readonly Kind[]): (config: OciConfig) => void {
  return (config) => {
    config.hooks = Object.fromEntries(some.map((kind) => [kind, [hook(kind, { env: ['PATH=/bin'] })]]));
  };
}

/** A line of JSON for each hook, in `log` of the bundle; that of the container's own in its root. */
const tell = (bundle: OciBundle) => `
[ -d ${bundle.dir} ] && log=${bundle.dir}/log || log=/log
names=$(for name in ${namespaces.join(' ')}; do printf '"%s":"%s",' $name $(readlink /proc/self/ns/$name); done)
fds=$(cd /proc/self/fd && for fd in *; do [ -e $fd ] && printf '%s ' $fd; done)
[ -e /bin/hook ] && root=container || root=host
printf '{"kind":"%s","args":"%s","cwd":"%s","env":"%s","fds":"%s","root":"%s","namespaces":{%s"":""},"state":%s}\\n' \\
  "$1" "$*" "$PWD" "$(env | grep -v '^PWD=\\|^SHLVL=\\|^_=' | tr '\\n' ' ')" "$fds" $root "$names" "$(cat)" >>$log`;

function told(path: string): Told[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

function namespacesOf(pid: number | 'self'): Record<string, string> {
  return Object.fromEntries(namespaces.map((name) => [name, readlinkSync(`/proc/${pid}/ns/${name}`)]));
}

describe('hooks', () => {
  it('of every kind run in their order, in their namespaces, and are told the state', () => {
    const bundle = host.bundle((config) => {
      hooksOf(...kinds)(config);
      config.annotations = { 'org.example.a': 'say "b"' };
      config.process.args = ['sleep', '600'];
    });
    writeScript(tell(bundle), bundle);
    const seen = () => told(join(bundle.dir, 'log')).map(({ kind }) => kind);

    expect(host.runtime(['create', '-b', bundle.dir, bundle.id])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(seen()).toEqual(['prestart', 'createRuntime', 'createContainer']);
    const { pid } = JSON.parse(host.runtime(['state', bundle.id]).stdout);
    expect(host.runtime(['start', bundle.id])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(seen()).toEqual(['prestart', 'createRuntime', 'createContainer', 'poststart']);
    const inside = namespacesOf(pid);
    expect(host.runtime(['kill', bundle.id, 'KILL']).code).toBe(0);
    expect(host.runtime(['delete', '--force', bundle.id])).toEqual({ code: 0, stdout: '', stderr: '' });

    const own = namespacesOf('self');
    const all = [...told(join(bundle.dir, 'log')), ...told(join(bundle.root, 'log'))];
    const of = (kind: Kind) => all.find((one) => one.kind === kind);
    expect(all).toHaveLength(kinds.length);
    const expected = {
      prestart: ['creating', pid, own, 'host', bundle.dir],
      createRuntime: ['creating', pid, own, 'host', bundle.dir],
      createContainer: ['creating', 1, inside, 'host', bundle.dir],
      startContainer: ['created', 1, inside, 'container', '/'],
      poststart: ['running', pid, own, 'host', bundle.dir],
      poststop: ['stopped', 0, own, 'host', bundle.dir],
    } as const;
    for (const kind of kinds) {
      const [status, told, names, root, cwd] = expected[kind];
      const state = {
        ociVersion: '1.0.2',
        id: bundle.id,
        status,
        pid: told,
        bundle: bundle.dir,
        annotations: { 'org.example.a': 'say "b"' },
      };
      expect(of(kind)).toEqual({
        kind,
        args: kind,
        cwd,
        env: 'PATH=/bin ',
        fds: '0 1 2 ',
        root,
        namespaces: { ...names, '': '' },
        state,
      });
    }
  });

  it('of one kind run in the order of the list, with their own arguments', () => {
    const bundle = host.bundle((config) => {
      const list = ['one', 'two', 'three'].map((name) => ({ path: script, args: ['argv0', name] }));
      config.hooks = { createRuntime: [...list, { path: script }] };
    });
    writeScript(`echo "$0 $*" >>${bundle.dir}/log`);
    expect(host.runtime(['run', '-b', bundle.dir, bundle.id]).code).toBe(0);
    const names = ['one', 'two', 'three', ''];
    expect(readFileSync(join(bundle.dir, 'log'), 'utf8')).toBe(names.map((name) => `${script} ${name}\n`).join(''));
  });

  it('createContainer: what it mounts in the root is seen inside and nowhere else', () => {
    const bundle = host.bundle((config) => {
      hooksOf('createContainer')(config);
      config.process.args = ['cat', '/etc/passwd'];
    });
    writeFileSync(join(bundle.dir, 'other'), 'from the hook\n');
    writeScript(`mount --bind ${bundle.dir}/other ${bundle.root}/etc/passwd`);
    expect(host.runtime(['run', '-b', bundle.dir, bundle.id])).toEqual({
      code: 0,
      stdout: 'from the hook\n',
      stderr: '',
    });
    expect(readFileSync(join(bundle.root, 'etc/passwd'), 'utf8')).toContain('root:');
  });

  it('createRuntime: the network namespace can be filled before the sysctls are set', () => {
    const bundle = host.bundle((config) => {
      hooksOf('createRuntime')(config);
      config.linux.sysctl = { 'net.ipv4.conf.berth0.forwarding': '1' };
      config.process.args = ['cat', '/proc/sys/net/ipv4/conf/berth0/forwarding'];
    });
    writeScript(
      `PATH=/usr/sbin:/usr/bin:/sbin:/bin
pid=$(sed 's/.*"pid":\\([0-9]*\\).*/\\1/')
nsenter -t $pid -n ip link add berth0 type veth peer name berth1`,
    );
    expect(host.runtime(['run', '-b', bundle.dir, bundle.id])).toEqual({ code: 0, stdout: '1\n', stderr: '' });
  });

  it('are asked for from a hook: the state says creating, and nobody waits', () => {
    const bundle = host.bundle(hooksOf('prestart'));
    const runtime = join(process.cwd(), 'build/Release/berth-runtime');
    writeScript(`${runtime} --root ${host.dir}/state state ${bundle.id} >${bundle.dir}/log`);
    expect(host.runtime(['run', '-b', bundle.dir, bundle.id]).code).toBe(0);
    expect(JSON.parse(readFileSync(join(bundle.dir, 'log'), 'utf8')).status).toBe('creating');
  });

  it('are those that the container was created with', () => {
    const bundle = host.bundle(hooksOf('poststop'));
    writeScript(`cat >${bundle.dir}/log`);
    expect(host.runtime(['create', '-b', bundle.dir, bundle.id]).code).toBe(0);
    bundle.config.hooks = {};
    writeConfig(bundle);
    expect(host.runtime(['delete', '--force', bundle.id]).code).toBe(0);
    expect(JSON.parse(readFileSync(join(bundle.dir, 'log'), 'utf8')).status).toBe('stopped');
  });

  it('need not read their state, and may print and leave behind what they want', () => {
    const bundle = host.bundle((config) => {
      hooksOf('createRuntime', 'createContainer')(config);
      config.annotations = { big: 'x'.repeat(1 << 20) };
      config.process.args = ['echo', 'ran'];
    });
    writeScript('head -c 3000000 /dev/zero; sleep 600 & echo $! >>"$0.pids"');
    expect(host.runtime(['run', '-b', bundle.dir, bundle.id]).stdout).toBe('ran\n');
    const [left] = readFileSync(`${script}.pids`, 'utf8').split('\n');
    process.kill(Number(left), 'SIGKILL');
  });
});

describe('a hook that fails', () => {
  it.for(['prestart', 'createRuntime', 'createContainer'] as const)('%s: ends create, and poststop runs', (kind) => {
    const bundle = host.bundle((config) => {
      hooksOf(kind, 'poststop')(config);
      config.hooks?.[kind]?.push({ path: script, args: ['hook', 'second'] });
    });
    writeScript(
      `echo $1 >>${bundle.dir}/log; [ $1 = poststop ] || { echo x; printf 'say \\033[31mno\\n' >&2; exit 3; }`,
    );
    const { code, stderr } = host.runtime(['create', '-b', bundle.dir, bundle.id]);
    const said = `${kind} hook: ${script}: exited with code 3: say ?[31mno`;
    expect({ code, stderr }).toEqual({ code: 1, stderr: `berth-runtime: ${said}\n` });
    expect(readFileSync(join(bundle.dir, 'log'), 'utf8')).toBe(`${kind}\npoststop\n`);
    expect(host.runtime(['state', bundle.id]).stderr).toContain('does not exist');
  });

  it('startContainer: ends start, the command does not run, and delete runs poststop', () => {
    const bundle = host.bundle((config) => {
      hooksOf('startContainer', 'poststart', 'poststop')(config);
      config.process.args = ['touch', '/ran'];
    });
    writeScript('read state; [ $1 != startContainer ] || kill -9 $$', bundle);
    expect(host.runtime(['create', '-b', bundle.dir, bundle.id]).code).toBe(0);
    const { code, stderr } = host.runtime(['start', bundle.id]);
    expect(code).toBe(1);
    expect(stderr).toBe('berth-runtime: startContainer hook: /bin/hook: ended by signal 9\n');
    expect(JSON.parse(host.runtime(['state', bundle.id]).stdout).status).toBe('stopped');
    expect(existsSync(join(bundle.root, 'ran'))).toBe(false);
    writeScript(`echo $1 >>${bundle.dir}/log`);
    expect(host.runtime(['delete', bundle.id]).code).toBe(0);
    expect(readFileSync(join(bundle.dir, 'log'), 'utf8')).toBe('poststop\n');
  });

  it('poststart or poststop: is logged, and the rest goes on', () => {
    const bundle = host.bundle((config) => {
      hooksOf('poststart', 'poststop')(config);
      for (const kind of ['poststart', 'poststop'])
        config.hooks?.[kind]?.push({ path: script, args: ['hook', `second-${kind}`] });
      config.process.args = ['echo', 'ran'];
    });
    writeScript(`echo $1 >>${bundle.dir}/log; exit 4`);
    const log = join(bundle.dir, 'runtime.log');
    const result = host.runtime(['--log', log, '--log-format', 'json', 'run', '-b', bundle.dir, bundle.id]);
    expect([result.code, result.stdout]).toEqual([0, 'ran\n']);
    const order = ['poststart', 'second-poststart', 'poststop', 'second-poststop'];
    expect(readFileSync(join(bundle.dir, 'log'), 'utf8')).toBe(order.map((kind) => `${kind}\n`).join(''));
    const lines = readFileSync(log, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ level, msg }) => [level, msg])).toEqual(
      ['poststart', 'poststart', 'poststop', 'poststop'].map((kind) => [
        'warning',
        `container ${bundle.id}: ${kind} hook: ${script}: exited with code 4`,
      ]),
    );
  });

  it.for([
    ['takes longer than its timeout', { timeout: 1 }, 'sleep 600 & wait', 'did not end within 1 s'],
    ['is not there', { path: '/nonexistent/hook' }, '', 'could not be executed: No such file or directory'],
  ] as const)('since it %s', ([, over, text, said]) => {
    const bundle = host.bundle((config) => {
      config.hooks = { createRuntime: [hook('createRuntime', over)] };
    });
    writeScript(text);
    const { code, stderr } = host.runtime(['run', '-b', bundle.dir, bundle.id]);
    expect([code, stderr]).toEqual([1, expect.stringContaining(said)]);
  });
});
