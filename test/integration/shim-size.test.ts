import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestHost, until } from '../support/bundle.js';

let host: TestHost;

beforeEach(() => {
  host = new TestHost();
});

afterEach(() => host.close());

/** kB */
function pss(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1]);
}

test('50 shims take less than 150 kB each, after a restart, a health check and output', async () => {
  const health = {
    test: ['/bin/true'],
    intervalMs: 600_000,
    timeoutMs: 10_000,
    retries: 1,
    startPeriodMs: 600_000,
    startIntervalMs: 50,
  };
  const script = 'seq 1 2000; sleep 600';
  const all = Array.from({ length: 50 }, () => host.container({ script, supervise: { health } }));
  const shims: number[] = [];
  for (const container of all) {
    shims.push((await container.start()).shimPid);
    await container.control({ kind: 'restart', timeoutMs: 0 });
  }
  for (const container of all) await until(() => expect(container.status().health).toBe('healthy'));
  for (const container of all) await until(() => expect(container.log().length).toBeGreaterThanOrEqual(2000));
  const sizes = shims.map(pss);
  expect(sizes.reduce((sum, size) => sum + size, 0) / sizes.length).toBeLessThan(150);
});
