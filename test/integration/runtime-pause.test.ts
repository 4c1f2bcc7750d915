import { afterEach, beforeEach, expect, it } from 'vitest';
import { RuntimeBench, V1_ALONE } from '../support/runtime-bench.js';

let bench: RuntimeBench;
beforeEach(() => {
  bench = new RuntimeBench();
});
afterEach(() => bench.close());

it('freezes a container and thaws it', async () => {
  const id = await bench.running();
  await bench.ok('pause', id);
  expect((await bench.state(id)).status).toBe('paused');
  const refused = await bench.run(['exec', id, 'true']);
  expect(refused).toMatchObject({ code: 255, stderr: expect.stringContaining(`container ${id}: is paused`) });
  await bench.ok('resume', id);
  expect((await bench.state(id)).status).toBe('running');
  expect((await bench.run(['exec', id, 'echo', 'on'])).stdout).toBe('on\n');
});

it('refuses what is not running, and what is not paused', async () => {
  const { id, dir } = bench.bundle();
  await bench.run(['create', '--bundle', dir, id], { stdio: 'ignore' });
  expect(await bench.run(['pause', id])).toMatchObject({
    code: 1,
    stderr: `berth-runtime: container ${id}: container not running: is created\n`,
  });
  expect(await bench.run(['resume', id])).toMatchObject({
    code: 1,
    stderr: `berth-runtime: container ${id}: container not paused: is created\n`,
  });
});

it('kills a paused container', async () => {
  const id = await bench.running();
  await bench.ok('pause', id);
  await bench.ok('kill', id, 'KILL');
  await bench.untilStatus(id, 'stopped');
});

it('starts a process in a paused container once it is resumed, where that is asked for', async () => {
  const id = await bench.running();
  await bench.ok('pause', id);
  const call = bench.start(['exec', '--ignore-paused', id, 'echo', 'late']);
  await bench.ok('resume', id);
  expect((await call.ended).stdout).toBe('late\n');
});

it('freezes, kills and removes on a host that has cgroup v1 alone', async (ctx) => {
  if (V1_ALONE === undefined) return ctx.skip('this host has no cgroup v1');
  const through = V1_ALONE;
  const { id, dir } = bench.bundle();
  const run = async (...args: string[]) => {
    const result = await bench.run(args, { through, stdio: ['ignore', 'pipe', 'pipe'] });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    return result.stdout;
  };
  await bench.run(['run', '--detach', '--bundle', dir, id], { through, stdio: 'ignore' });
  await run('pause', id);
  expect(bench.cgroup(id).read('freezer', 'freezer.state')).toBe('FROZEN');
  expect(JSON.parse(await run('state', id)).status).toBe('paused');
  await run('resume', id);
  expect(JSON.parse(await run('state', id)).status).toBe('running');
  // A frozen process keeps its signal until it is thawed.
  await run('pause', id);
  await run('kill', id, 'TERM');
  expect(JSON.parse(await run('state', id)).status).toBe('paused');
  await run('kill', id, 'KILL');
  await bench.untilStatus(id, 'stopped');
  const again = bench.bundle();
  await bench.run(['run', '--detach', '--bundle', again.dir, again.id], { through, stdio: 'ignore' });
  await run('pause', again.id);
  await run('delete', '--force', again.id);
  expect(bench.cgroupDirs(again.id)).toEqual([]);
});

it('removes a paused container by force', async () => {
  const id = await bench.running();
  await bench.ok('pause', id);
  await bench.ok('delete', '--force', id);
  expect(bench.cgroupDirs(id)).toEqual([]);
});
