import { availableParallelism } from 'node:os';
import { loadAddon } from '../../../src/addon/native.js';
import { blockDevice, hasWeights } from '../../support/block-devices.js';
import type { Group, Row } from './row.js';

const MIB = 1024 ** 2;
const host = loadAddon().cgroupHost();
const disk = blockDevice();

/** Files of the container's own cgroup, and the first line that each shows there. */
type Held = Readonly<Record<string, string | number>>;

/** A limit as the container reads it. */
function limit(name: string, controller: string, keys: string, v1: Held, v2: Held, lacking = missing(controller)): Row {
  const held = host.controllers.find((one) => one.name === controller)?.version === 1 ? v1 : v2;
  const shown = Object.keys(held).map((file) => {
    const places = `/sys/fs/cgroup/${file} /sys/fs/cgroup/*/${file}`;
    return `for file in ${places}; do [ -f $file ] && head -n 1 $file && break; done || echo no ${file}`;
  });
  return { name, keys, run: shown.join('; '), prints: Object.values(held).join('\n'), lacking };
}

function missing(controller: string): string | null {
  const found = host.controllers.some(({ name, mountPoint }) => name === controller && mountPoint !== '');
  return found ? null : `this host has no controller ${controller}`;
}

function both(name: string, controller: string, keys: string, held: Held, lacking = missing(controller)): Row {
  return limit(name, controller, keys, held, held, lacking);
}

function cpu(name: string, keys: string, quota: number | null, period = 100_000): Row {
  const v1 = { 'cpu.cfs_quota_us': quota ?? -1, 'cpu.cfs_period_us': period };
  return limit(name, 'cpu', keys, v1, { 'cpu.max': `${quota ?? 'max'} ${period}` });
}

function deploy(kind: 'limits' | 'reservations', values: string): string {
  return `deploy: { resources: { ${kind}: { ${values} } } }`;
}

function memory(name: string, keys: string, mebibytes: number): Row {
  const bytes = mebibytes * MIB;
  return limit(name, 'memory', keys, { 'memory.limit_in_bytes': bytes }, { 'memory.max': bytes });
}

/** @param together memory and swap, in MiB; null: no limit. @param alone swap */
function swap(name: string, keys: string, together: number | null, alone: number | null): Row {
  const v1 = together === null ? '9223372036854771712' : together * MIB;
  const v2 = alone === null ? 'max' : alone * MIB;
  return limit(name, 'memory', keys, { 'memory.memsw.limit_in_bytes': v1 }, { 'memory.swap.max': v2 });
}

function reservation(name: string, keys: string): Row {
  return limit(name, 'memory', keys, { 'memory.soft_limit_in_bytes': 32 * MIB }, { 'memory.low': 32 * MIB });
}

/** What cgroup v2 has nothing of: there the container runs without. */
function onlyV1(name: string, keys: string, v1: Held): Row {
  return limit(name, 'memory', keys, v1, { 'memory.max': 'max' });
}

const io = host.controllers.some(({ name }) => name === 'io') ? 'io' : 'blkio';
const noDisk = disk === null ? 'there is no disk' : missing(io);

const rates = (['read_bps', 'write_bps', 'read_iops', 'write_iops'] as const).map((kind, index): Row => {
  const [written, value] = kind.endsWith('bps') ? ['512mb', 512 * MIB] : ['100000', 100_000];
  const row = ['rbps', 'wbps', 'riops', 'wiops'].map((name, place) => `${name}=${place === index ? value : 'max'}`);
  return limit(
    `blkio_config, device_${kind}`,
    io,
    `blkio_config: { device_${kind}: [{ path: ${disk?.path}, rate: ${written} }] }`,
    { [`blkio.throttle.${kind}_device`]: `${disk?.number} ${value}` },
    { 'io.max': `${disk?.number} ${row.join(' ')}` },
    noDisk,
  );
});

const pids = (keys: string, value: string, name = keys) => both(name, 'pids', keys, { 'pids.max': value });

const rows: readonly Row[] = [
  pids('', 'max', 'pids_limit, none'),
  pids('pids_limit: 41', '41'),
  pids('pids_limit: -1', 'max'),
  pids('pids_limit: 0', 'max'),
  pids(deploy('limits', 'pids: 42'), '42', 'deploy limits, pids'),
  cpu('cpus', 'cpus: 0.25', 25_000),
  cpu('cpus, none', '', null),
  cpu('cpus with cpu_period', 'cpus: 0.25\ncpu_period: 40000', 10_000, 40_000),
  cpu('cpu_quota', 'cpu_quota: 30000', 30_000),
  cpu('cpu_quota and cpu_period', 'cpu_quota: 30000\ncpu_period: 60000', 30_000, 60_000),
  cpu('cpu_period alone', 'cpu_period: 60000', null, 60_000),
  cpu('deploy limits, cpus', deploy('limits', "cpus: '0.35'"), 35_000),
  limit('cpu_shares', 'cpu', 'cpu_shares: 512', { 'cpu.shares': 512 }, { 'cpu.weight': 59 }),
  both('cpuset', 'cpuset', "cpuset: '0'", { 'cpuset.cpus': '0' }),
  both(
    'cpuset, a range',
    'cpuset',
    'cpuset: 0-1',
    { 'cpuset.cpus': '0-1' },
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
  onlyV1('mem_swappiness', 'mem_swappiness: 7', { 'memory.swappiness': 7 }),
  onlyV1('oom_kill_disable', 'oom_kill_disable: true', { 'memory.oom_control': 'oom_kill_disable 1' }),
  limit(
    'blkio_config, weight',
    io,
    'blkio_config: { weight: 200 }',
    { 'blkio.bfq.weight': 200 },
    { 'io.weight': 'default 1920' },
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
