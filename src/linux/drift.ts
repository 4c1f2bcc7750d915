import type { Addon, CgroupDifference } from '../addon/addon.js';
import type { RuntimeSpec } from '../oci/spec.js';
import type { Drift } from '../plan/observed.js';
import { parseState, readIfPresent } from './json.js';
import type { ContainerPaths } from './paths.js';

/** Which field of a service a file of the cgroup tree belongs to, v1 and v2. The first pattern that fits decides. */
const FIELDS: readonly (readonly [RegExp, string])[] = [
  [/^pids\.max$/, 'resources.pidsLimit'],
  [/^cpu\.cfs_period_us$/, 'resources.cpuPeriodUs'],
  [/^cpu\.(cfs_quota_us|max)$/, 'resources.cpuQuotaUs'],
  [/^cpu\.(shares|weight)$/, 'resources.cpuShares'],
  [/^cpuset\./, 'resources.cpuset'],
  [/^memory\.(memsw\.limit_in_bytes|swap\.max)$/, 'resources.memorySwapBytes'],
  [/^memory\.(limit_in_bytes|max)$/, 'resources.memoryBytes'],
  [/^memory\.(soft_limit_in_bytes|low)$/, 'resources.memoryReservationBytes'],
  [/^memory\.swappiness$/, 'resources.memorySwappiness'],
  [/^memory\.oom_control$/, 'resources.oomKillDisable'],
  [/^(blkio|io)\./, 'resources.blkio'],
  [/^devices/, 'deviceCgroupRules'],
];

/** Limits that the kernel holds other than config.json says. A file that could not be read is no claim that holds. */
export function observeDrift(addon: Addon, paths: ContainerPaths, cgroup: string): readonly Drift[] {
  const text = readIfPresent(paths.config);
  if (text === null) return [];
  // Written by us; a text that is no JSON is told by parseState.
  const spec = parseState(paths.config, text) as RuntimeSpec;
  return addon.cgroupDifferences(cgroup, JSON.stringify(spec.linux.resources)).map(toDrift);
}

function toDrift({ controller, file, expected, actual }: CgroupDifference): Drift {
  const name = file.slice(file.lastIndexOf('/') + 1);
  const field = FIELDS.find(([pattern]) => pattern.test(name))?.[1] ?? `cgroup ${controller}`;
  return { field, what: name, expected, actual };
}
