import type { Blkio, Resources } from '../model.js';
import type { Path } from '../node.js';
import type { Report } from '../problems.js';
import type { ServiceFile } from '../schema/service.js';
import type { ServiceContext } from './context.js';

const DEFAULT_PERIOD_US = 100_000;

/** Limits of the container's cgroup, from the keys of the service and of `deploy.resources`, which must agree. */
export function resolveResources(file: ServiceFile, context: ServiceContext): Resources {
  const { report } = context;
  const limits = file.deploy?.resources?.limits;
  const pids = same(file.pids_limit, limits?.pids, ['pids_limit'], ['deploy', 'resources', 'limits', 'pids'], report);
  const reservation = file.deploy?.resources?.reservations?.memory;
  const memory = positive(
    same(file.mem_limit, limits?.memory, ['mem_limit'], ['deploy', 'resources', 'limits', 'memory'], report),
  );
  const reserved = positive(
    same(
      file.mem_reservation,
      reservation,
      ['mem_reservation'],
      ['deploy', 'resources', 'reservations', 'memory'],
      report,
    ),
  );
  if (memory !== null && reserved !== null && reserved > memory) {
    report.refuse(
      file.mem_reservation === undefined ? ['deploy', 'resources', 'reservations', 'memory'] : ['mem_reservation'],
      'must not be above the memory limit',
    );
  }
  if (file.deploy?.resources?.reservations?.cpus !== undefined) {
    report.warn(['deploy', 'resources', 'reservations', 'cpus'], 'ignored: there is one host');
  }
  for (const key of ['devices', 'generic_resources'] as const) {
    if (file.deploy?.resources?.reservations?.[key] !== undefined)
      report.refuseKey(['deploy', 'resources', 'reservations', key], 'not supported yet');
  }
  return {
    pidsLimit: pids === 0 ? null : pids,
    ...resolveCpu(file, report),
    cpuShares: positive(file.cpu_shares ?? null),
    cpuset: file.cpuset ?? null,
    memoryBytes: memory,
    memorySwapBytes: resolveSwap(file, memory, report),
    memoryReservationBytes: reserved,
    memorySwappiness: file.mem_swappiness === -1 ? null : (file.mem_swappiness ?? null),
    oomKillDisable: file.oom_kill_disable ?? false,
    blkio: resolveBlkio(file.blkio_config),
  };
}

/** One limit that two keys can give. */
function same(
  own: number | undefined,
  deployed: number | undefined,
  ownPath: Path,
  deployPath: Path,
  report: Report,
): number | null {
  if (own !== undefined && deployed !== undefined && own !== deployed) {
    report.error(ownPath, `differs from ${deployPath.join('.')}: give one of them, or the same value`);
  }
  return own ?? deployed ?? null;
}

/** Zero means 'no limit', as in docker compose. */
function positive(value: number | null): number | null {
  return value === 0 ? null : value;
}

/** `cpus` is a quota for each period; given beside `cpu_quota` it must say the same. */
function resolveCpu(file: ServiceFile, report: Report): Pick<Resources, 'cpus' | 'cpuQuotaUs' | 'cpuPeriodUs'> {
  const cpus = positive(
    same(file.cpus, file.deploy?.resources?.limits?.cpus, ['cpus'], ['deploy', 'resources', 'limits', 'cpus'], report),
  );
  const quota = Math.max(Number(file.cpu_quota ?? 0), 0);
  const period = Number(file.cpu_period ?? 0);
  if (cpus === null)
    return {
      cpus,
      cpuQuotaUs: positive(quota),
      cpuPeriodUs: quota === 0 && period === 0 ? null : period || DEFAULT_PERIOD_US,
    };
  const folded = Math.round(cpus * (period || DEFAULT_PERIOD_US));
  const path: Path = file.cpus === undefined ? ['deploy', 'resources', 'limits', 'cpus'] : ['cpus'];
  if (folded < 1000) report.refuse(path, 'is less than the kernel can give: at least 0.01 with the default period');
  if (quota !== 0 && quota !== folded) report.refuse(['cpu_quota'], `differs from cpus, which is a quota of ${folded}`);
  return { cpus, cpuQuotaUs: folded, cpuPeriodUs: period || DEFAULT_PERIOD_US };
}

/**
 * Memory and swap together. Without it a container may swap as much as it may use memory (specification, memswap_limit).
 */
function resolveSwap(file: ServiceFile, memory: number | null, report: Report): number | null {
  const swap = positive(file.memswap_limit ?? null);
  if (swap === null) return memory === null ? null : 2 * memory;
  if (memory === null) {
    if (swap !== -1) report.refuse(['memswap_limit'], 'needs mem_limit: it is memory and swap together');
  } else if (swap !== -1 && swap < memory) {
    report.refuse(['memswap_limit'], 'must not be below mem_limit: it is memory and swap together');
  }
  return swap;
}

function resolveBlkio(config: ServiceFile['blkio_config']): Blkio | null {
  if (!config) return null;
  return {
    weight: positive(config.weight ?? null),
    weightDevice: config.weight_device ?? [],
    readBps: config.device_read_bps ?? [],
    writeBps: config.device_write_bps ?? [],
    readIops: config.device_read_iops ?? [],
    writeIops: config.device_write_iops ?? [],
  };
}
