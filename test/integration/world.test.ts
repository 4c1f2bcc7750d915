import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, copyFileSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { assertWorldClean, type Scope, snapshotWorld, type World } from '../support/world.js';

let dir: string;
let scope: Scope;
let before: World;
let cleanups: (() => unknown)[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'berthtest-world-'));
  scope = { dirs: [join(dir, 'root')], stacks: ['berthtest-world'] };
  before = snapshotWorld(scope);
  cleanups = [() => rmSync(dir, { recursive: true })];
});

afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

function cgroupMountPoint(): string {
  const line = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .find((text) => / - cgroup2? /.test(text));
  return line?.split(' ')[4] ?? '';
}

async function endProcess(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('an unchanged host is clean, and so is one where only others work', () => {
  mkdirSync(join(dir, 'elsewhere'));
  expect(() => assertWorldClean(before)).not.toThrow();
});

test('a file and a mount are found', () => {
  const root = join(dir, 'root');
  mkdirSync(join(root, 'volumes'), { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', 'berthtest', join(root, 'volumes')]);
  cleanups.push(() => execFileSync('umount', [join(root, 'volumes')]));
  expect(() => assertWorldClean(before)).toThrow(`left behind: mount ${root}/volumes (tmpfs)`);
  expect(() => assertWorldClean(before)).toThrow(`left behind: file ${root}/volumes`);
});

test('what is gone is found', () => {
  mkdirSync(join(dir, 'root'));
  const withRoot = snapshotWorld(scope);
  rmdirSync(join(dir, 'root'));
  expect(() => assertWorldClean(withRoot)).toThrow(`gone: file ${dir}/root`);
});

test('a cgroup is found', () => {
  const cgroup = join(cgroupMountPoint(), 'berth', 'berthtest-world');
  const topmost = mkdirSync(cgroup, { recursive: true });
  cleanups.push(() => topmost !== cgroup && rmdirSync(join(cgroup, '..')));
  cleanups.push(() => rmdirSync(cgroup));
  expect(() => assertWorldClean(before)).toThrow(`left behind: cgroup ${cgroup}`);
});

test('a shim is found by the directory that it keeps open', async () => {
  const shim = join(dir, 'berth-shim');
  copyFileSync(execFileSync('sh', ['-c', 'command -v sleep'], { encoding: 'utf8' }).trim(), shim);
  mkdirSync(join(dir, 'root'));
  const log = openSync(join(dir, 'root', 'log'), 'w');
  const child = spawn(shim, ['600'], { stdio: ['ignore', log, 'ignore'] });
  closeSync(log);
  cleanups.push(() => endProcess(child));
  // The name changes at exec, which spawn does not wait for.
  await vi.waitFor(() =>
    expect(() => assertWorldClean(before)).toThrow(`left behind: process berth-shim, pid ${child.pid}`),
  );
});
