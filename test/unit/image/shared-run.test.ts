import { expect, test } from 'vitest';
import { sharedRun } from '../../../src/image/shared-run.js';

/** Work that ends when the test says so, and how often it began. */
function controlled() {
  const runs: { end: () => void; fail: (error: Error) => void }[] = [];
  const ask = sharedRun(() => new Promise((end, fail) => void runs.push({ end, fail })));
  return { runs, ask };
}

const tick = () => new Promise((resolve) => setImmediate(resolve));

test('those who ask before a run begins share it', async () => {
  const { runs, ask } = controlled();
  const asked = [ask(), ask(), ask()];
  await tick();
  expect(runs).toHaveLength(1);
  runs[0]?.end();
  await Promise.all(asked);
});

test('who asks while one is under way gets the next, which begins after it', async () => {
  const { runs, ask } = controlled();
  const first = ask();
  await tick();
  let done = false;
  const later = Promise.all([ask(), ask()]).then(() => {
    done = true;
  });
  await tick();
  expect(runs).toHaveLength(1);
  runs[0]?.end();
  await first;
  await tick();
  expect(runs).toHaveLength(2);
  expect(done).toBe(false);
  runs[1]?.end();
  await later;
});

test('a failed run fails its own callers only', async () => {
  const { runs, ask } = controlled();
  const failed = [ask(), ask()];
  await tick();
  const next = ask();
  runs[0]?.fail(new Error('no space'));
  const results = await Promise.allSettled(failed);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await tick();
  runs[1]?.end();
  await next;
  expect(runs).toHaveLength(2);
});
