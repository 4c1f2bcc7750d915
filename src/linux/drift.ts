import { existsSync } from 'node:fs';
import type { Addon, CgroupDifference } from '../addon/addon.js';
import { hostSource } from '../oci/mounts.js';
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

/**
 * What the kernel holds other than config.json says: limits, volumes. A file that could
 * not be read is no claim that holds.
 * @param volumes directory of all volumes
 */
export function observeDrift(addon: Addon, paths: ContainerPaths, cgroup: string, volumes: string): readonly Drift[] {
  const text = readIfPresent(paths.config);
  if (text === null) return [];
  // Written by us; a text that is no JSON is told by parseState.
  const spec = parseState(paths.config, text) as RuntimeSpec;
  const limits = addon.cgroupDifferences(cgroup, JSON.stringify(spec.linux.resources)).map(toDrift);
  return [...limits, ...lostVolumes(spec, volumes)];
}

/** The data that a container still has open is not what a directory made anew will hold. */
function lostVolumes({ mounts }: RuntimeSpec, volumes: string): readonly Drift[] {
  return mounts
    .filter((mount) => mount.type === 'bind' && mount.source.startsWith(`${volumes}/`))
    .filter((mount) => !existsSync(hostSource(mount)))
    .map(({ destination }) => ({
      field: `mounts.${destination}`,
      what: `mount ${destination}`,
      expected: 'a directory',
      actual: 'gone',
    }));
}

export function toDrift({ controller, file, expected, actual }: CgroupDifference): Drift {
  const name = file.slice(file.lastIndexOf('/') + 1);
  const field = FIELDS.find(([pattern]) => pattern.test(name))?.[1] ?? `cgroup ${controller}`;
  return { field, what: name, expected, actual };
}
