import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { until } from '../support/bundle.js';
import { RuntimeBench } from '../support/runtime-bench.js';

let bench: RuntimeBench;
beforeEach(() => {
  bench = new RuntimeBench();
});
afterEach(() => bench.close());

interface Event {
  readonly type: string;
  readonly id: string;
  readonly data?: Stats;
}

/** The part of runc's shape that programs read. */
interface Stats {
  readonly cpu: { usage: { total: number; kernel: number; user: number }; throttling: { throttledTime: number } };
  readonly memory: { usage: { limit: number; usage: number }; raw: Record<string, number> };
  readonly pids: { current: number; limit: number };
  readonly blkio: { ioServiceBytesRecursive?: { major: number; minor: number; op: string; value: number }[] };
  readonly hugetlb: Record<string, { usage: number; failcnt: number }>;
}

function events(text: string): Event[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

it('tells the figures of a container once with --stats', async () => {
  const id = await bench.running('i=0; while test $i -lt 20000; do i=$((i+1)); done; sleep 600', (config) => {
    config.linux.resources['pids'] = { limit: 50 };
    config.linux.resources['memory'] = { limit: 64 << 20 };
  });
  const asked = async () => {
    const answer = events(await bench.ok('events', '--stats', id));
    expect(answer[0]?.data?.cpu.usage.total).toBeGreaterThan(1_000_000); // nanoseconds
    return answer;
  };
  const [event, ...more] = await vi.waitFor(asked, { timeout: 10_000, interval: 10 });
  expect(more).toEqual([]);
  expect(event).toMatchObject({ type: 'stats', id });
  const stats = event?.data;
  expect(stats?.pids.limit).toBe(50);
  expect(stats?.pids.current).toBeGreaterThan(0);
  expect(stats?.memory.usage.limit).toBe(64 << 20);
  expect(stats?.memory.usage.usage).toBeGreaterThan(4096);
  expect(Object.keys(stats?.memory.raw ?? {})).toContain('pgfault');
  expect(stats?.cpu.throttling.throttledTime).toBe(0);
  for (const page of Object.values(stats?.hugetlb ?? {})) expect(page).toMatchObject({ usage: 0, failcnt: 0 });
});

it('tells the figures again at every interval, until the container ends', async () => {
  const id = await bench.running();
  const call = bench.start(['events', '--interval', '20ms', id]);
  await until(() => expect(events(call.stdout()).length).toBeGreaterThan(2));
  await bench.ok('kill', id, 'KILL');
  expect(await call.ended).toMatchObject({ code: 0, stderr: '' });
  for (const event of events(call.stdout())) expect(event).toMatchObject({ type: 'stats', id });
});

it('tells a kill for want of memory as it happens', async () => {
  const hog = 'a=x; while :; do a=$a$a; done';
  const id = await bench.running(`until test -e /tmp/go; do sleep 0.05; done; (${hog}); sleep 600`, (config) => {
    config.linux.resources['memory'] = { limit: 8 << 20, swap: 8 << 20 };
  });
  const call = bench.start(['events', '--interval', '1h', id]);
  await until(() => expect(waits(call.child.pid)).toBe(true));
  await bench.ok('exec', id, 'touch', '/tmp/go');
  await until(() => expect(events(call.stdout())).toContainEqual({ type: 'oom', id }));
  await bench.ok('kill', id, 'KILL');
  expect((await call.ended).code).toBe(0);
});

/** Whether it has reached poll(2): the watch is in place then. */
function waits(pid: number | undefined): boolean {
  return (
    pid !== undefined && readFileSync(`/proc/${pid}/syscall`, 'utf8').startsWith(`${process.arch === 'x64' ? 7 : 73} `)
  );
}

it('refuses what is not running, and what is no duration', async () => {
  const id = await bench.running('true');
  await bench.untilStatus(id, 'stopped');
  expect((await bench.run(['events', '--stats', id])).stderr).toContain('container not running: is stopped');
  expect((await bench.run(['events', '--interval', '5', id])).stderr).toBe(
    'berth-runtime: --interval 5: expected a duration such as 5s or 500ms\n',
  );
});
