import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { once } from './once.js';

/** Each processor's counters of thermal throttling, which tell what other tenants do: as Docker, masked where they are. */
export const thermalThrottlePaths = once(() => throttlePathsIn('/sys/devices/system/cpu'));

/** @param dir whose `cpu<n>` are processors */
export function throttlePathsIn(dir: string): readonly string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .filter((name) => /^cpu\d+$/.test(name))
    .map((name) => join(dir, name, 'thermal_throttle'))
    .filter((path) => existsSync(path))
    .sort();
}
