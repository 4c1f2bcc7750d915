import { availableParallelism } from 'node:os';
import { loadAddon } from '../../../src/addon/native.js';
import { blockDevice, hasWeights } from '../../support/block-devices.js';
import type { Group, Row } from './row.js';

const MIB = 1024 ** 2;
const host = loadAddon().cgroupHost();
const disk = blockDevice();

/** A file of the container's own cgroup and the first line that it shows there. */
type Held = readonly [file: string, line: string];

/** A limit as the container reads it; null: this version of cgroups has nothing of the kind. */
function limit(
  name: string,
  controller: string,
  keys: string,
  v1: Held | null,
  v2: Held | null,
  lacking = missing(controller),
): Row {
  const isV2 = host.controllers.find((one) => one.name === controller)?.version !== 1;
  const held = isV2 ? v2 : v1;
  const file = held?.[0] ?? '';
  const tries = [`/sys/fs/cgroup/${file}`, `/sys/fs/cgroup/*/${file}`].join(' ');
  return {
    name,
    keys,
    run: `for file in ${tries}; do [ -f $file ] && head -n 1 $file && exit 0; done; echo no ${file}`,
    prints: held?.[1] ?? '',
    lacking: held === null ? `cgroup ${isV2 ? 'v2' : 'v1'} has nothing of the kind` : lacking,
  };
}

function missing(controller: string): string | null {
  const found = host.controllers.some(({ name, mountPoint }) => name === controller && mountPoint !== '');
  return found ? null : `this host has no controller ${controller}`;
}

function both(name: string, controller: string, keys: string, held: Held, lacking = missing(controller)): Row {
  return limit(name, controller, keys, held, held, lacking);
}

function cpu(name: string, keys: string, quota: number | null, period = 100_000): readonly Row[] {
  return [
    limit(
      `${name}: quota`,
      'cpu',
      keys,
      ['cpu.cfs_quota_us', `${quota ?? -1}`],
      ['cpu.max', `${quota ?? 'max'} ${period}`],
    ),
    limit(`${name}: period`, 'cpu', keys, ['cpu.cfs_period_us', `${period}`], null),
  ];
}

function deploy(kind: 'limits' | 'reservations', values: string): string {
  return `deploy: { resources: { ${kind}: { ${values} } } }`;
}

function memory(name: string, keys: string, mebibytes: number): Row {
  return limit(
    name,
    'memory',
    keys,
    ['memory.limit_in_bytes', `${mebibytes * MIB}`],
    ['memory.max', `${mebibytes * MIB}`],
  );
}

function swap(name: string, keys: string, together: number | null, alone: number | null): Row {
  const text = (mebibytes: number | null, none: string) => (mebibytes === null ? none : `${mebibytes * MIB}`);
  const v1 = text(together, '9223372036854771712');
  return limit(name, 'memory', keys, ['memory.memsw.limit_in_bytes', v1], ['memory.swap.max', text(alone, 'max')]);
}

function reservation(name: string, keys: string): Row {
  const value = `${32 * MIB}`;
  return limit(name, 'memory', keys, ['memory.soft_limit_in_bytes', value], ['memory.low', value]);
}

const io = host.controllers.some(({ name }) => name === 'io') ? 'io' : 'blkio';
const noDisk = disk === null ? 'there is no disk' : missing(io);

const rates = (['read_bps', 'write_bps', 'read_iops', 'write_iops'] as const).map((kind, index): Row => {
  const [written, value] = kind.endsWith('bps') ? ['4kb', 4096] : ['120', 120];
  const row = ['rbps', 'wbps', 'riops', 'wiops'].map((name, place) => `${name}=${place === index ? value : 'max'}`);
  return limit(
    `blkio_config, device_${kind}`,
    io,
    `blkio_config: { device_${kind}: [{ path: ${disk?.path}, rate: ${written} }] }`,
    [`blkio.throttle.${kind}_device`, `${disk?.number} ${value}`],
    ['io.max', `${disk?.number} ${row.join(' ')}`],
    noDisk,
  );
});

const pids = (keys: string, value: string, name = keys) => both(name, 'pids', keys, ['pids.max', value]);

const rows: readonly Row[] = [
  pids('', 'max', 'pids_limit, none'),
  pids('pids_limit: 41', '41'),
  pids('pids_limit: -1', 'max'),
  pids('pids_limit: 0', 'max'),
  pids(deploy('limits', 'pids: 42'), '42', 'deploy limits, pids'),
  ...cpu('cpus', 'cpus: 0.25', 25_000),
  ...cpu('cpus, none', '', null),
  ...cpu('cpus with cpu_period', 'cpus: 0.25\ncpu_period: 40000', 10_000, 40_000),
  ...cpu('cpu_quota', 'cpu_quota: 30000', 30_000),
  ...cpu('cpu_quota and cpu_period', 'cpu_quota: 30000\ncpu_period: 60000', 30_000, 60_000),
  ...cpu('cpu_period alone', 'cpu_period: 60000', null, 60_000),
  ...cpu('deploy limits, cpus', deploy('limits', "cpus: '0.35'"), 35_000),
  limit('cpu_shares', 'cpu', 'cpu_shares: 512', ['cpu.shares', '512'], ['cpu.weight', '59']),
  both('cpuset', 'cpuset', "cpuset: '0'", ['cpuset.cpus', '0']),
  both(
    'cpuset, a range',
    'cpuset',
    'cpuset: 0-1',
    ['cpuset.cpus', '0-1'],
    availableParallelism() < 2 ? 'there is one cpu' : missing('cpuset'),
  ),
  memory('mem_limit', 'mem_limit: 64m', 64),
  memory('mem_limit, a fraction', 'mem_limit: 0.0625gb', 64),
  memory('mem_limit, a number of bytes', `mem_limit: ${64 * MIB}`, 64),
  memory('deploy limits, memory', deploy('limits', 'memory: 65m'), 65),
  swap('mem_limit alone allows as much swap', 'mem_limit: 64m', 128, 64),
  swap('memswap_limit', 'mem_limit: 64m\nmemswap_limit: 80m', 80, 16),
  swap('memswap_limit, no swap', 'mem_limit: 64m\nmemswap_limit: 64m', 64, 0),
  swap('memswap_limit, -1', 'mem_limit: 64m\nmemswap_limit: -1', null, null),
  reservation('mem_reservation', 'mem_limit: 64m\nmem_reservation: 32m'),
  reservation('deploy reservations, memory', deploy('reservations', 'memory: 32m')),
  limit('mem_swappiness', 'memory', 'mem_swappiness: 7', ['memory.swappiness', '7'], null),
  limit('oom_kill_disable', 'memory', 'oom_kill_disable: true', ['memory.oom_control', 'oom_kill_disable 1'], null),
  limit(
    'blkio_config, weight',
    io,
    'blkio_config: { weight: 200 }',
    ['blkio.bfq.weight', '200'],
    ['io.weight', 'default 1920'],
    hasWeights(host) ? missing(io) : 'this kernel has no BFQ for the weights of blkio',
  ),
  ...rates,
  {
    name: 'all together, and of itself alone',
    keys: 'pids_limit: 43\nmem_limit: 66m\ncpus: 0.45',
    run: 'cat /proc/self/cgroup | cut -d : -f 3 | sort -u; (echo 0 > /sys/fs/cgroup/cgroup.procs || echo 0 > /sys/fs/cgroup/pids/cgroup.procs) 2>/dev/null || echo read-only',
    prints: '/\nread-only',
  },
];

/** Limits, read from the container's own view of its cgroup. */
export const limitsGroup: Group = { rows };
