import { describe, expect, test, vi } from 'vitest';
import { type Bench, withBench } from '../support/cli.js';

const SLEEP = '    image: box\n    command: [sleep, infinity]\n    init: true\n    stop_grace_period: 1s\n';
const TWO = `services:\n  a:\n${SLEEP}  b:\n${SLEEP}`;

/** Ids of the containers that run, by service. */
async function ids({ ok }: Bench): Promise<Readonly<Record<string, string>>> {
  const lines = (await ok('ps', '--no-trunc', '--format', 'json')).trim().split('\n').filter(Boolean);
  const shown: { readonly Service: string; readonly ID: string }[] = lines.map((line) => JSON.parse(line));
  return Object.fromEntries(shown.map(({ Service, ID }) => [Service, ID]));
}

describe('what is replaced', () => {
  test('--force-recreate replaces what is named, --no-recreate keeps what has changed', async () => {
    await withBench('berthtestrec1', async (bench) => {
      bench.write(TWO);
      await bench.ok('up', '-d');
      const before = await ids(bench);
      await bench.ok('up', '-d', '--force-recreate', '--no-deps', 'a');
      const forced = await ids(bench);
      expect(forced['a']).not.toBe(before['a']);
      expect(forced['b']).toBe(before['b']);

      bench.write(TWO.replace('  b:\n', "  b:\n    environment: { NEW: '1' }\n"));
      const kept = await bench.berth(['up', '-d', '--no-recreate']);
      expect(kept.code).toBe(0);
      expect(kept.stderr).toContain('is kept as it is, as asked');
      expect(await ids(bench)).toEqual(forced);
      await bench.ok('up', '-d');
      expect((await ids(bench))['b']).not.toBe(forced['b']);
    });
  });

  test('orphans are told of, and removed on request', async () => {
    await withBench('berthtestrec2', async (bench) => {
      bench.write(TWO);
      await bench.ok('up', '-d');
      bench.write(`services:\n  a:\n${SLEEP}`);
      expect((await bench.berth(['up', '-d'])).stderr).toMatch(/orphan|b-1/);
      expect(Object.keys(await ids(bench))).toEqual(['a', 'b']);
      await bench.ok('up', '-d', '--remove-orphans');
      expect(Object.keys(await ids(bench))).toEqual(['a']);
    });
  });

  test('who shares namespaces follows their owner, and the plan says so', async () => {
    await withBench('berthtestrec3', async (bench) => {
      const shared = TWO.replace('  b:\n', '  b:\n    network_mode: service:a\n');
      bench.write(shared);
      await bench.ok('up', '-d');
      const before = await ids(bench);
      bench.write(shared.replace('  a:\n', "  a:\n    environment: { NEW: '1' }\n"));
      expect(await bench.ok('plan')).toMatch(/service:b:1.*shares network of a, which is replaced/);
      await bench.ok('up', '-d');
      const after = await ids(bench);
      expect(after['a']).not.toBe(before['a']);
      expect(after['b']).not.toBe(before['b']);
      expect(await bench.ok('plan')).toContain('No changes');
    });
  });

  test('who depends with `restart: true` starts again with what it depends on', async () => {
    await withBench('berthtestrec4', async (bench) => {
      const depends = '    depends_on: { a: { condition: service_started, restart: true } }\n';
      const text = TWO.replace('  b:\n', `  b:\n${depends}`);
      bench.write(text);
      await bench.ok('up', '-d');
      const before = await ids(bench);
      bench.write(text.replace('  a:\n', "  a:\n    environment: { NEW: '1' }\n"));
      expect(await bench.ok('plan')).toMatch(/service:b:1.*dependency a is replaced/);
      await bench.ok('up', '-d');
      const after = await ids(bench);
      expect(after['a']).not.toBe(before['a']);
      expect(after['b']).toBe(before['b']);
    });
  });
});

describe('two commands at once', () => {
  test('the second names the holder or waits; nobody is held up by a wait for health', async () => {
    await withBench('berthtestrec5', async (bench) => {
      const never = "    healthcheck: { test: ['CMD', 'false'], interval: 1s, retries: 60 }\n";
      const waits = '    depends_on: { a: { condition: service_healthy } }\n';
      bench.write(TWO.replace('  a:\n', `  a:\n${never}`).replace('  b:\n', `  b:\n${waits}`));
      const first = bench.start('up', '-d');
      await vi.waitFor(() => expect(first.stderr()).toContain('waiting'), { timeout: 30_000, interval: 50 });
      // While the first one waits for health, the stack is free.
      expect((await bench.berth(['stop', '-t', '1', 'a', '--lock-timeout', '20'])).code).toBe(0);
      const ended = await first.ended;
      expect(ended.code).toBe(1);
      expect(ended.stderr).toContain('wait for');
    });
    await withBench('berthtestrec6', async (bench) => {
      bench.write(
        `services:\n  a:\n    image: box\n    command: [sh, -c, "trap '' TERM; while :; do sleep 0.2; done"]\n`,
      );
      await bench.ok('up', '-d');
      const stopping = bench.start('stop', '-t', '4');
      await vi.waitFor(() => expect(stopping.stderr()).toContain('stopping'), { timeout: 30_000, interval: 50 });
      const refused = await bench.berth(['restart', '-t', '0']);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toMatch(/held by pid \d+ \(stop/);
      expect(refused.stderr).toContain('--lock-timeout');
      expect((await bench.berth(['start', '--lock-timeout', '30'])).code).toBe(0);
      expect((await stopping.ended).code).toBe(0);
    });
  });
});
