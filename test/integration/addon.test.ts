import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadAddon } from '../../src/addon/native.js';
import { TestHost } from '../support/bundle.js';

const addon = loadAddon();
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'berthtest-addon-'));
});

afterEach(() => rmSync(dir, { recursive: true }));

test('a lock is held until its descriptor is closed', async () => {
  const path = join(dir, 'lock');
  const held = await addon.lockFile(path, true, 0);
  await expect(addon.lockFile(path, true, 0)).rejects.toMatchObject({ code: 'EAGAIN', syscall: 'flock', path });
  await expect(addon.lockFile(path, false, 20)).rejects.toMatchObject({ code: 'EAGAIN' });
  const waiting = addon.lockFile(path, true, 10_000);
  closeSync(held);
  closeSync(await waiting);
  const shared = [await addon.lockFile(path, false, 0), await addon.lockFile(path, false, 0)];
  for (const fd of shared) closeSync(fd);
});

test('a refused call has the shape of an error of Node, and the step', async () => {
  const options = { shimPath: join(dir, 'absent'), containerDir: dir, runDir: dir, attach: false };
  await expect(addon.startContainer(options)).rejects.toMatchObject({
    code: 'ENOENT',
    syscall: 'open',
    step: '',
  });
  await expect(addon.startContainer({ ...options, containerDir: join(dir, 'none') })).rejects.toMatchObject({
    code: 'ENOENT',
    errno: -2,
    path: join(dir, 'none'),
  });
  await expect(addon.control(dir, { kind: 'status' })).rejects.toMatchObject({ code: 'ENOENT', syscall: 'connect' });
  await expect(addon.lockFile(join(dir, 'no/lock'), true, 0)).rejects.toThrow('no such file or directory');
});

test('this process lives, with another start time it does not', () => {
  const self = process.pid;
  expect(addon.processAlive(self, 1)).toBe(false);
  expect(addon.namespaces(self)['mnt']).toBeGreaterThan(0);
  expect(() => addon.namespaces(2 ** 22 + 1)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  expect(addon.shimAlive(dir)).toBe(false);
});

test('the host says which controllers it has, and where', () => {
  const { layout, controllers, unified } = addon.cgroupHost();
  expect(controllers.map(({ name }) => name)).toEqual(expect.arrayContaining(['cpu', 'memory', 'pids']));
  expect(controllers.some(({ version, mountPoint }) => version === 1 && mountPoint !== '')).toBe(layout !== 'v2');
  expect(unified === '').toBe(layout === 'v1');
});

test('what the host cannot enforce is told with the controller', () => {
  expect(addon.cgroupUnsupported(JSON.stringify({ devices: [], pids: { limit: 5 } }))).toEqual([]);
  expect(() => addon.cgroupUnsupported('{')).toThrow(expect.objectContaining({ code: 'EBERTH' }));
});

test('a limit that was changed by hand is a difference', async () => {
  const host = new TestHost();
  try {
    const container = host.container({ resources: { pids: { limit: 21 } } });
    await container.start();
    const wanted = (limit: number) => JSON.stringify({ devices: [], pids: { limit } });
    expect(addon.cgroupDifferences(container.cgroup, wanted(21))).toEqual([]);
    expect(addon.cgroupDifferences(container.cgroup, wanted(22))).toEqual([
      { controller: 'pids', file: 'pids.max', expected: '22', actual: '21' },
    ]);
    expect(addon.cgroupUsage(container.cgroup)).toMatchObject({ exists: true, processes: 1, pidsLimit: 21, pids: 1 });
  } finally {
    await host.close();
  }
});

test('directories are spread where the file system knows how, and left alone where it does not', (context) => {
  addon.spreadSubdirectories('/proc/self');
  addon.spreadSubdirectories(dir);
  const type = execFileSync('stat', ['-f', '-c', '%T', dir], { encoding: 'utf8' }).trim();
  if (type !== 'ext2/ext3') return context.skip(`needs ext4 below ${tmpdir()}, which is ${type}`);
  expect(execFileSync('lsattr', ['-d', dir], { encoding: 'utf8' }).split(' ')[0]).toContain('T');
});

test('what is no terminal is refused', () => {
  const fd = openSync('/dev/null', 'r');
  expect(() => addon.rawTerminal(fd)).toThrow(expect.objectContaining({ code: 'ENOTTY', syscall: 'tcgetattr' }));
  expect(() => addon.restoreTerminal(fd, 'zz')).toThrow('internal:');
  closeSync(fd);
});
