import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, describe, expect, it, type TestContext, vi } from 'vitest';
import type { ObservedContainer } from '../../src/plan/observed.js';
import { blockDevice, hasWeights } from '../support/block-devices.js';
import { CgroupFiles } from '../support/cgroup-files.js';
import { StackHost } from '../support/stack-host.js';

const MIB = 1024 * 1024;

/** One limit: what the file says, which field that is, and what the kernel holds then. */
interface Limit {
  readonly name: string;
  readonly controller: 'pids' | 'cpu' | 'cpuset' | 'memory' | 'blkio';
  /** keys of the service with the limit's value, first and changed */
  readonly keys: (value: string) => string;
  readonly values: readonly [string, string];
  readonly v1: Kernel;
  /** null: cgroup v2 has nothing of the kind */
  readonly v2: Kernel | null;
}

interface Kernel {
  readonly field: string;
  readonly file: string;
  /** the file's content for both values */
  readonly holds: readonly [string, string];
  /** what somebody writes by hand; absent: the first value, while the second is applied */
  readonly byHand?: string;
}

const disk = blockDevice();

const limits: readonly Limit[] = [
  ...both('pids', 'pids.max', 'resources.pidsLimit', ['50', '60'], {
    pids_limit: (value) => `pids_limit: ${value}`,
    'deploy limits pids': (value) => `deploy: { resources: { limits: { pids: ${value} } } }`,
  }),
  ...['cpus', 'deploy limits cpus'].map((name): Limit => {
    const keys = (value: string) =>
      name === 'cpus' ? `cpus: ${value}` : `deploy: { resources: { limits: { cpus: '${value}' } } }`;
    return quota(name, keys, ['0.5', '0.75'], ['50000', '75000']);
  }),
  quota('cpu_quota', (value) => `cpu_quota: ${value}`, ['40000', '60000'], ['40000', '60000']),
  {
    name: 'cpu_period',
    controller: 'cpu',
    keys: (value) => `cpu_quota: 40000\n    cpu_period: ${value}`,
    values: ['50000', '80000'],
    v1: { field: 'resources.cpuPeriodUs', file: 'cpu.cfs_period_us', holds: ['50000', '80000'] },
    v2: { field: 'resources.cpuQuotaUs', file: 'cpu.max', holds: ['40000 50000', '40000 80000'] },
  },
  {
    name: 'cpu_shares',
    controller: 'cpu',
    keys: (value) => `cpu_shares: ${value}`,
    values: ['512', '2048'],
    v1: { field: 'resources.cpuShares', file: 'cpu.shares', holds: ['512', '2048'] },
    v2: { field: 'resources.cpuShares', file: 'cpu.weight', holds: ['59', '174'] },
  },
  ...both('cpuset', 'cpuset.cpus', 'resources.cpuset', ['0', '1'], { cpuset: (value) => `cpuset: '${value}'` }),
  ...['mem_limit', 'deploy limits memory'].flatMap((name) => {
    const keys = (value: string) =>
      name === 'mem_limit' ? `mem_limit: ${value}` : `deploy: { resources: { limits: { memory: ${value} } } }`;
    return [
      memory(`${name}, raised`, keys, 'memoryBytes', [64, 96], ['memory.limit_in_bytes', 'memory.max']),
      memory(`${name}, lowered`, keys, 'memoryBytes', [96, 48], ['memory.limit_in_bytes', 'memory.max']),
    ];
  }),
  {
    name: 'memswap_limit',
    controller: 'memory',
    keys: (value) => `mem_limit: 64m\n    memswap_limit: ${value}m`,
    values: ['80', '128'],
    v1: {
      field: 'resources.memorySwapBytes',
      file: 'memory.memsw.limit_in_bytes',
      holds: [`${80 * MIB}`, `${128 * MIB}`],
    },
    v2: { field: 'resources.memorySwapBytes', file: 'memory.swap.max', holds: [`${16 * MIB}`, `${64 * MIB}`] },
  },
  ...['mem_reservation', 'deploy reservations memory'].map((name) => {
    const keys = (value: string) =>
      name === 'mem_reservation'
        ? `mem_reservation: ${value}`
        : `deploy: { resources: { reservations: { memory: ${value} } } }`;
    return memory(name, keys, 'memoryReservationBytes', [32, 48], ['memory.soft_limit_in_bytes', 'memory.low']);
  }),
  {
    name: 'mem_swappiness',
    controller: 'memory',
    keys: (value) => `mem_swappiness: ${value}`,
    values: ['10', '20'],
    v1: { field: 'resources.memorySwappiness', file: 'memory.swappiness', holds: ['10', '20'] },
    v2: null,
  },
  {
    name: 'oom_kill_disable',
    controller: 'memory',
    keys: (value) => `oom_kill_disable: ${value}`,
    values: ['false', 'true'],
    v1: {
      field: 'resources.oomKillDisable',
      file: 'memory.oom_control',
      holds: ['oom_kill_disable 0', 'oom_kill_disable 1'],
      byHand: '0',
    },
    v2: null,
  },
  {
    name: 'blkio_config weight',
    controller: 'blkio',
    keys: (value) => `blkio_config: { weight: ${value} }`,
    values: ['200', '300'],
    v1: { field: 'resources.blkio', file: 'blkio.bfq.weight', holds: ['200', '300'] },
    v2: { field: 'resources.blkio', file: 'io.weight', holds: ['default 1920', 'default 2930'] },
  },
  ...(['read_bps', 'write_bps', 'read_iops', 'write_iops'] as const).map((kind): Limit => {
    const row = (value: string) =>
      ['read_bps', 'write_bps', 'read_iops', 'write_iops']
        .map((other, index) => `${['rbps', 'wbps', 'riops', 'wiops'][index]}=${other === kind ? value : 'max'}`)
        .join(' ');
    return {
      name: `blkio_config device_${kind}`,
      controller: 'blkio',
      keys: (value) => `blkio_config: { device_${kind}: [{ path: ${disk?.path}, rate: ${value} }] }`,
      values: ['4096', '8192'],
      v1: {
        field: 'resources.blkio',
        file: `blkio.throttle.${kind}_device`,
        holds: [`${disk?.number} 4096`, `${disk?.number} 8192`],
      },
      v2: {
        field: 'resources.blkio',
        file: 'io.max',
        holds: [`${disk?.number} ${row('4096')}`, `${disk?.number} ${row('8192')}`],
      },
    };
  }),
];

let host: StackHost;

beforeAll(() => {
  host = new StackHost(`berthtestlimits${process.pid}`);
});

afterAll(() => host.close());

describe('limits', () => {
  it.for(limits)('$name', async (limit, ctx) => {
    needs(limit, ctx);
    await host.up(service(limit.keys(limit.values[0])));
    const before = await host.container('web');
    const files = filesOf(before);
    const kernel = files.version(limit.controller) === 1 ? limit.v1 : limit.v2;
    if (kernel === null) return ctx.skip(`${limit.name} has no file on cgroup v2`);
    const held = () => firstLines(files.read(limit.controller, kernel.file), kernel.holds[0]);
    const untouched = new CgroupFiles(host.host.addon, `/berth/${host.stack}/shim`);
    expect(held()).toBe(kernel.holds[0]);
    expect(before.drift).toEqual([]);

    await host.up(service(limit.keys(limit.values[1])));
    expect(held()).toBe(kernel.holds[1]);
    expect(await host.container('web')).toMatchObject({ pid: before.pid, drift: [] });

    files.write(limit.controller, kernel.file, kernel.byHand ?? kernel.holds[0]);
    const drift = (await host.container('web')).drift;
    expect(drift).toMatchObject([{ field: kernel.field, what: kernel.file }]);
    const repair = await host.plan(service(limit.keys(limit.values[1])));
    expect(repair.steps.map(({ action }) => action.kind)).toEqual(['updateContainer']);
    await host.up(service(limit.keys(limit.values[1])));
    expect(held()).toBe(kernel.holds[1]);

    await host.up(service(''));
    // An empty set of cpus means the parent's; some kernels let it be emptied again, some don't.
    const file = kernel.file === 'cpuset.cpus' && files.version('cpuset') === 2 ? 'cpuset.cpus.effective' : kernel.file;
    expect(files.read(limit.controller, file)).toBe(untouched.read(limit.controller, file));
    expect(await host.container('web')).toMatchObject({ pid: before.pid, drift: [] });
  });

  it('all at once, from the first instruction on', async () => {
    const keys = ['pids_limit: 40', 'cpus: 0.5', 'cpu_shares: 512', "cpuset: '0'", 'mem_limit: 64m'];
    await host.up(`${service('')}\n${service(keys.join('\n    '), 'born')}`);
    const files = filesOf(await host.container('born'));
    expect(files.read('pids', 'pids.max')).toBe('40');
    expect(files.read('cpuset', 'cpuset.cpus')).toBe('0');
    expect(files.read('memory', files.version('memory') === 1 ? 'memory.limit_in_bytes' : 'memory.max')).toBe(
      `${64 * MIB}`,
    );
    expect((await host.container('born')).drift).toEqual([]);
  });
});

describe('what the host refuses', () => {
  it('names the controller and leaves nothing that runs', async () => {
    await expect(host.up(service("cpuset: '0,4000'", 'far'))).rejects.toThrow(/controller cpuset: /);
    expect((await host.container('far')).pid).toBeNull();
  });

  it('names blkio where a weight would not be heeded', async (ctx) => {
    if (hasWeights(host.host.addon.cgroupHost())) return ctx.skip('this host has weights');
    await expect(host.up(service('blkio_config: { weight: 200 }'))).rejects.toThrow(/blkio: .*BFQ/);
  });

  it('names the controller where a disk has no scheduler with weights', async (ctx) => {
    if (disk === null || schedulerOf(disk.path) === 'bfq') return ctx.skip('there is no disk without weights');
    const keys = `blkio_config: { weight_device: [{ path: ${disk.path}, weight: 200 }] }`;
    await expect(host.up(service(keys, 'weighed'))).rejects.toThrow(/(controller io|controller blkio|blkio: .*BFQ)/);
  });

  it('names a controller that is mounted nowhere', (ctx) => {
    const { addon } = host.host;
    const netCls = addon.cgroupHost().controllers.find(({ name }) => name === 'net_cls');
    if (netCls !== undefined && netCls.mountPoint !== '') return ctx.skip('this host has mounted net_cls');
    const missing = addon.cgroupUnsupported(JSON.stringify({ devices: [], network: { classID: 5 } }));
    expect(missing.map(({ controller }) => controller)).toEqual(['net_cls']);
  });

  it.for(['mem_swappiness: 10', 'oom_kill_disable: true'])(
    'on cgroup v2 passes over %s with a warning',
    async (keys, ctx) => {
      const memory = host.host.addon.cgroupHost().controllers.find(({ name }) => name === 'memory');
      if (memory?.version !== 2) return ctx.skip('the memory controller of this host is a v1 one');
      const { notes } = await host.plan(service(keys));
      expect(notes).toContain(`service web: ${keys.split(':')[0]} has no effect: cgroup v2 has nothing of the kind`);
      await host.up(service(keys));
      expect((await host.container('web')).drift).toEqual([]);
    },
  );
});

describe('devices', () => {
  /** What a shell in the container may do with tty1, which no container gets by default. */
  const tries =
    'mknod /tmp/own c 4 1; for dev in /tmp/own /dev/given; do [ -c $$dev ] && (: < $$dev) && echo "$$dev read"; [ -c $$dev ] && (: > $$dev) && echo "$$dev written"; done; echo end; exec sleep 600';
  const allowed = async (keys: string): Promise<string[]> => {
    await host.up(service(keys, 'dev', tries));
    const { id } = await host.container('dev');
    return (await logOf(id, /^end$/m)).split('\n').filter((line) => /^\/\S+ (read|written)$/.test(line));
  };

  it('are closed but for those of every container', async () => {
    expect(await allowed('')).toEqual([]);
  });

  it.for([
    ["devices: ['/dev/tty1:/dev/given:r']", ['/tmp/own read', '/dev/given read']],
    [
      "devices: ['/dev/tty1:/dev/given']",
      ['/tmp/own read', '/tmp/own written', '/dev/given read', '/dev/given written'],
    ],
    ["device_cgroup_rules: ['c 4:1 r']", ['/tmp/own read']],
    ["device_cgroup_rules: ['c 4:* rw']", ['/tmp/own read', '/tmp/own written']],
  ] as const)('%s', async ([keys, expected], ctx) => {
    if (!existsSync('/dev/tty1')) return ctx.skip('there is no /dev/tty1');
    expect(await allowed(keys)).toEqual(expected);
  });
});

describe('ulimits', () => {
  it('hold for the process', async () => {
    await host.up(service('ulimits: { nofile: { soft: 100, hard: 200 }, nproc: 300 }', 'ulimited'));
    const { pid } = await host.container('ulimited');
    const text = readFileSync(`/proc/${pid}/limits`, 'utf8');
    expect(text).toMatch(/^Max open files +100 +200 /m);
    expect(text).toMatch(/^Max processes +300 +300 /m);
  });
});

describe('behaviour', () => {
  it('a fork bomb is stopped by pids_limit', async () => {
    await host.up(service('pids_limit: 20', 'bomb', '(while :; do sleep 600 & done); echo stopped; exec sleep 600'));
    const { id } = await host.container('bomb');
    expect(await logOf(id, /^stopped$/m)).toContain("can't fork");
    const files = filesOf(await host.container('bomb'));
    expect(Number(files.read('pids', 'pids.current'))).toBeLessThanOrEqual(20);
    expect(files.read('pids', 'pids.events')).toMatch(/^max [1-9]/m);
  });

  it('a memory hog is killed, and that is told', async () => {
    await host.up(service('mem_limit: 32m', 'hog', 'exec tail /dev/zero'));
    await until(async () => {
      expect(await host.container('hog')).toMatchObject({ status: 'exited', exitCode: 137, oomKilled: true });
    });
  });

  it('cpu time is capped', async () => {
    const loop = 'while :; do :; done';
    await host.up(`${service('cpus: 0.2', 'capped', loop)}\n${service('', 'free', loop)}`);
    const stat = async (name: string): Promise<string> => filesOf(await host.container(name)).read('cpu', 'cpu.stat');
    await until(async () => expect(await stat('capped')).toMatch(/^nr_throttled [1-9]/m));
    expect(await stat('free')).toMatch(/^nr_throttled 0$/m);
    await host.down();
  });
});

/** A service of the busybox image; `sleep` unless a script is given. */
function service(keys: string, name = 'web', script = 'exec sleep 600'): string {
  return `
  ${name}:
    image: box
    network_mode: none
    stop_signal: SIGKILL
    command: ['sh', '-c', ${JSON.stringify(script)}]
    ${keys}
`;
}

function filesOf({ stack, id }: ObservedContainer): CgroupFiles {
  return new CgroupFiles(host.host.addon, `/berth/${stack}/${id}`);
}

function schedulerOf(path: string): string {
  const text = readFileSync(`/sys/block/${path.slice('/dev/'.length)}/queue/scheduler`, 'utf8');
  return /\[(\w+)\]/.exec(text)?.[1] ?? 'none';
}

/** As many lines of a text as the pattern has: memory.oom_control tells more than its switch. */
function firstLines(text: string, like: string): string {
  return text.split('\n').slice(0, like.split('\n').length).join('\n');
}

function needs({ controller, name }: Limit, ctx: TestContext): void {
  if (controller === 'cpuset' && availableParallelism() < 2) ctx.skip('one cpu alone leaves nothing to choose');
  if (name.endsWith(' weight') && !hasWeights(host.host.addon.cgroupHost()))
    ctx.skip('this kernel has no BFQ for the weights of blkio');
  if (name.includes('device_') && disk === null) ctx.skip('there is no disk');
}

/** The output of a container once it fits. */
async function logOf(id: string, pattern: RegExp): Promise<string> {
  const { log } = host.host.paths.container(id);
  let text = '';
  await until(() => {
    const lines = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
    text = lines.map((line) => (line === '' ? '' : String(JSON.parse(line).log))).join('');
    expect(text).toMatch(pattern);
  });
  return text;
}

function until(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 50_000, interval: 20 });
}

/** Limits whose file is the same one on v1 and v2. */
function both(
  controller: Limit['controller'],
  file: string,
  field: string,
  values: readonly [string, string],
  keys: Readonly<Record<string, Limit['keys']>>,
): Limit[] {
  const kernel = { field, file, holds: values };
  return Object.entries(keys).map(([name, write]) => ({
    name,
    controller,
    keys: write,
    values,
    v1: kernel,
    v2: kernel,
  }));
}

function quota(
  name: string,
  keys: Limit['keys'],
  values: readonly [string, string],
  quotas: readonly [string, string],
): Limit {
  const field = 'resources.cpuQuotaUs';
  return {
    name,
    controller: 'cpu',
    keys,
    values,
    v1: { field, file: 'cpu.cfs_quota_us', holds: quotas },
    v2: { field, file: 'cpu.max', holds: [`${quotas[0]} 100000`, `${quotas[1]} 100000`] },
  };
}

function memory(
  name: string,
  keys: Limit['keys'],
  field: string,
  mebibytes: readonly [number, number],
  files: readonly [string, string],
): Limit {
  const holds = [`${mebibytes[0] * MIB}`, `${mebibytes[1] * MIB}`] as const;
  return {
    name,
    controller: 'memory',
    keys,
    values: [`${mebibytes[0]}m`, `${mebibytes[1]}m`],
    v1: { field: `resources.${field}`, file: files[0], holds },
    v2: { field: `resources.${field}`, file: files[1], holds },
  };
}
