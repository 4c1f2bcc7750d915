import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { throttlePathsIn } from '../../../src/linux/thermal-throttle.js';

test('counters of throttling are found for each processor that has them', () => {
  const dir = mkdtempSync(join(tmpdir(), 'berthtest-cpu-'));
  for (const path of ['cpu0/thermal_throttle', 'cpu1', 'cpu12/thermal_throttle', 'cpufreq/thermal_throttle']) {
    mkdirSync(join(dir, path), { recursive: true });
  }
  expect(throttlePathsIn(dir)).toEqual([join(dir, 'cpu0/thermal_throttle'), join(dir, 'cpu12/thermal_throttle')]);
  expect(throttlePathsIn(join(dir, 'none'))).toEqual([]);
  rmSync(dir, { recursive: true });
});
