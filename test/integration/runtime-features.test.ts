import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RuntimeBench } from '../support/runtime-bench.js';

let bench: RuntimeBench;
beforeEach(() => {
  bench = new RuntimeBench();
});
afterEach(() => bench.close());

it('lists what the readers of config.json take, and nothing that they refuse', async () => {
  const features = JSON.parse(await bench.ok('features'));
  expect(features).toMatchObject({ ociVersionMin: '1.0.0', hooks: expect.arrayContaining(['prestart', 'poststop']) });
  expect(features.mountOptions).toEqual(
    expect.arrayContaining(['bind', 'rbind', 'ro', 'rro', 'nosymfollow', 'rslave']),
  );
  expect(features.linux.namespaces).toEqual(expect.arrayContaining(['pid', 'mount', 'network', 'cgroup']));
  expect(features.linux.capabilities).toHaveLength(41);
  expect(features.linux.cgroup).toMatchObject({ v1: true, v2: true, systemd: false, systemdUser: false });
  expect(features.linux.seccomp.enabled).toBe(true);
  expect(features.linux.seccomp.actions).toContain('SCMP_ACT_NOTIFY');
  expect(features.linux.seccomp.knownFlags).toContain('SECCOMP_FILTER_FLAG_TSYNC');
  expect(features.linux.seccomp.supportedFlags).toContain('SECCOMP_FILTER_FLAG_LOG');
  expect(features.linux.intelRdt).toEqual({ enabled: false });
});

it('has each mount option that it lists, and refuses the others by name or hands them to the filesystem', async () => {
  const features = JSON.parse(await bench.ok('features'));
  const options: string[] = features.mountOptions.filter((option: string) => !/bind|idmap|remount/.test(option));
  const { id, dir } = bench.bundle('grep -c " /mnt " /proc/self/mountinfo', (config) => {
    config.mounts.push({ destination: '/mnt', type: 'tmpfs', source: 'tmpfs', options });
  });
  expect(await bench.run(['run', '--bundle', dir, id])).toEqual({ code: 0, stdout: '1\n', stderr: '' });
});

it('writes a config.json that run accepts, and never over one that is there', async () => {
  const { id, root } = bench.bundle();
  const bundle = join(bench.dir, 'fresh');
  mkdirSync(bundle);
  renameSync(root, join(bundle, 'rootfs'));
  await bench.ok('spec', '--bundle', bundle);
  const text = readFileSync(join(bundle, 'config.json'), 'utf8');
  expect(JSON.parse(text)).toMatchObject({ ociVersion: expect.stringMatching(/^1\./), process: { terminal: true } });
  const result = await bench.run(['run', '--bundle', bundle, id], { input: 'hostname; exit 4\n' });
  expect(result).toMatchObject({ code: 4, stdout: expect.stringContaining('berth\r\n') });
  const again = await bench.run(['spec'], { cwd: bundle });
  expect(again).toEqual({ code: 1, stdout: '', stderr: 'berth-runtime: ./config.json: open: file exists\n' });
  expect(readFileSync(join(bundle, 'config.json'), 'utf8')).toBe(text);
});
