import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RuntimeBench } from '../support/runtime-bench.js';

let bench: RuntimeBench;
beforeEach(() => {
  bench = new RuntimeBench();
});
afterEach(() => bench.close());

function memoryLimit(id: string): string {
  const files = bench.cgroup(id);
  return files.read('memory', files.version('memory') === 2 ? 'memory.max' : 'memory.limit_in_bytes');
}

function cpuQuota(id: string): string {
  const files = bench.cgroup(id);
  if (files.version('cpu') === 2) return files.read('cpu', 'cpu.max');
  return `${files.read('cpu', 'cpu.cfs_quota_us').replace('-1', 'max')} ${files.read('cpu', 'cpu.cfs_period_us')}`;
}

it('changes limits by options, and leaves the others as they are', async () => {
  const id = await bench.running('sleep 600', (config) => {
    config.linux.resources['pids'] = { limit: 50 };
  });
  await bench.ok('update', '--memory', '64m', '--cpu-quota', '50000', id);
  expect(memoryLimit(id)).toBe('67108864');
  expect(cpuQuota(id)).toBe('50000 100000');
  await bench.ok('update', '--cpu-period', '200000', '--pids-limit', '60', id);
  expect(cpuQuota(id)).toBe('50000 200000');
  expect(memoryLimit(id)).toBe('67108864');
  expect(bench.cgroup(id).read('pids', 'pids.max')).toBe('60');
  await bench.ok('update', '--cpu-quota', '-1', id);
  expect(cpuQuota(id)).toBe('max 200000');
});

it('takes what engines send, where 0 means that nothing changes', async () => {
  const id = await bench.running();
  const sent = {
    blockIO: { weight: 0 },
    cpu: { shares: 0, quota: 20000, period: 100000, cpus: '', mems: '' },
    memory: { limit: 33554432, reservation: 0, kernel: 0 },
    pids: null,
  };
  expect(await bench.run(['update', '--resources', '-', id], { input: JSON.stringify(sent) })).toMatchObject({
    code: 0,
    stderr: '',
  });
  expect(memoryLimit(id)).toBe('33554432');
  expect(cpuQuota(id)).toBe('20000 100000');
  const file = join(bench.dir, 'resources.json');
  writeFileSync(file, JSON.stringify({ pids: { limit: 7 } }));
  await bench.ok('update', `--resources=${file}`, id);
  expect(bench.cgroup(id).read('pids', 'pids.max')).toBe('7');
  expect(memoryLimit(id)).toBe('33554432');
});

it('replaces device rules, and keeps the devices that every container has', async () => {
  const id = await bench.running('mknod /dev/fuse c 10 229; sleep 600', (config) => {
    const capabilities = ['CAP_MKNOD'];
    config.process.capabilities = {
      bounding: capabilities,
      effective: capabilities,
      permitted: capabilities,
      inheritable: [],
      ambient: [],
    };
  });
  const opened = ['sh', '-c', 'until test -e /dev/fuse; do :; done; : < /dev/fuse && : > /dev/null && echo opened'];
  const before = await bench.run(['exec', id, ...opened]);
  expect(before.stdout).toBe('');
  expect(before.stderr).toContain('Operation not permitted');
  const devices = [{ allow: true, type: 'c', major: 10, minor: 229, access: 'rw' }];
  await bench.run(['update', '--resources', '-', id], { input: JSON.stringify({ devices }) });
  expect((await bench.run(['exec', id, ...opened])).stdout).toBe('opened\n');
  await bench.run(['update', '--resources', '-', id], { input: JSON.stringify({ devices: [] }) });
  expect((await bench.run(['exec', id, ...opened])).stdout).toBe('');
});

it('leaves a paused container paused', async () => {
  const id = await bench.running();
  await bench.ok('pause', id);
  const devices = [{ allow: true, type: 'c', major: 10, minor: 229, access: 'rw' }];
  await bench.run(['update', '--resources', '-', id], { input: JSON.stringify({ devices }) });
  expect((await bench.state(id)).status).toBe('paused');
});

it('puts the old limits back where one is refused', async () => {
  const id = await bench.running('sleep 600', (config) => {
    config.linux.resources['pids'] = { limit: 50 };
  });
  const refused = await bench.run(['update', '--pids-limit', '60', '--cpuset-cpus', '4000', id]);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(
    /^berth-runtime: container .*: controller cpuset: .*cpuset\.cpus <- 4000: write: .*\n$/,
  );
  expect(bench.cgroup(id).read('pids', 'pids.max')).toBe('50');
});

it('refuses by name what it does not do', async () => {
  const id = await bench.running();
  const both = await bench.run(['update', '--resources', '-', '--memory', '1g', id], { input: '{}' });
  expect(both.stderr).toBe('berth-runtime: --resources: says it all, no other option goes with it\n');
  const unknown = await bench.run(['update', '--resources', '-', id], { input: '{"memory":{"kernel":1024}}' });
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toContain('controller memory: the kernel limits no kernel memory');
  expect((await bench.run(['update', '--resources', '-', id], { input: '[' })).code).toBe(1);
  const stopped = await bench.running('true');
  await bench.untilStatus(stopped, 'stopped');
  expect((await bench.run(['update', '--memory', '1g', stopped])).stderr).toContain(
    'container not running: is stopped',
  );
});
