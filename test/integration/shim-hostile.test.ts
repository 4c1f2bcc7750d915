import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { shimPath } from '../../src/addon/native.js';
import { type TestContainer, TestHost, until } from '../support/bundle.js';

let host: TestHost;

beforeEach(() => {
  host = new TestHost();
});

afterEach(() => host.close());

/** Starts a container from another process, which is killed some time after it began to. */
async function startAndKill(container: TestContainer, delayMs: number): Promise<void> {
  const options = { shimPath: shimPath(), containerDir: container.dir, runDir: container.runDir, attach: false };
  const addon = join(BERTH_DIST, '../build/Release/berth.node');
  const code = `
    const started = require(${JSON.stringify(addon)}).startContainer(${JSON.stringify(options)});
    const end = performance.now() + ${delayMs};
    while (performance.now() < end);
    process.kill(process.pid, 'SIGKILL');`;
  const child = spawn(process.execPath, ['-e', code]);
  await once(child, 'exit');
}

test('whenever its starter is killed, a container runs or nothing of it is left', async () => {
  for (let delayMs = 0; delayMs < 12; delayMs += 0.75) {
    const container = host.container();
    await startAndKill(container, delayMs);
    await until(() => {
      const isRunning = existsSync(join(container.runDir, 'status')) && container.status().status === 'running';
      expect(isRunning).toBe(host.addon.shimAlive(container.runDir));
    });
    if (host.addon.shimAlive(container.runDir)) expect((await container.stop()).status).toContain('status=exited');
    else expect(host.addon.cgroupUsage(container.cgroup).exists).toBe(false);
  }
});

test('a shim that hangs is killed at removal', async () => {
  const container = host.container();
  const { shimPid, pid, startTime } = await container.start();
  process.kill(shimPid, 'SIGSTOP');
  await host.addon.removeContainer({ runDir: container.runDir, cgroup: container.cgroup, trees: [] });
  expect(host.addon.shimAlive(container.runDir)).toBe(false);
  expect(host.addon.processAlive(pid, startTime)).toBe(false);
});

/** A start that can't go on: whoever reads config.json waits for a writer. @returns the start, which is under way */
async function startHanging(container: TestContainer): Promise<Promise<unknown>[]> {
  const config = join(container.dir, 'config.json');
  rmSync(config);
  execFileSync('mkfifo', [config]);
  const started = container.start();
  started.catch(() => undefined);
  await until(() => expect(readFileSync(join(container.runDir, 'lock'), 'utf8')).toMatch(/^shim_start=[1-9]/m));
  return [started];
}

test('a start that hangs is ended by a stop', async () => {
  const container = host.container();
  const [started] = await startHanging(container);
  await container.stop();
  await expect(started).rejects.toMatchObject({ message: expect.stringContaining('ended by signal 9') });
  await until(() => expect(host.addon.shimAlive(container.runDir)).toBe(false));
});

test('a shim that hangs in its first start is killed at removal', async () => {
  const container = host.container();
  const [started] = await startHanging(container);
  const pid = /^shim_pid=(\d+)$/m.exec(readFileSync(join(container.runDir, 'lock'), 'utf8'))?.[1];
  process.kill(Number(pid), 'SIGSTOP');
  await host.addon.removeContainer({ runDir: container.runDir, cgroup: container.cgroup, trees: [] });
  await expect(started).rejects.toMatchObject({ message: expect.stringContaining('berth-shim has gone') });
  expect(host.addon.shimAlive(container.runDir)).toBe(false);
});

test('removal of what is not there is no error', async () => {
  const container = host.container();
  await container.remove();
  await container.remove();
  await host.addon.removeStackCgroup(`/berth/${host.stack}`);
});

test('keys of a newer command are ignored', async () => {
  const container = host.container();
  appendFileSync(join(container.dir, 'supervise'), 'future.key=1\n');
  await container.start();
  expect(container.status().status).toBe('running');
});

test('a client that goes before its answer disturbs nobody', async () => {
  const container = host.container({ script: 'trap "" TERM; while :; do sleep 0.01; done' });
  await container.start();
  const code = `
    const addon = require(${JSON.stringify(join(BERTH_DIST, '../build/Release/berth.node'))});
    addon.control(${JSON.stringify(container.runDir)}, { kind: 'stop', timeoutMs: 300, signal: null });
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50);`;
  await once(spawn(process.execPath, ['-e', code]), 'exit');
  await until(() => expect(container.status()).toMatchObject({ status: 'exited', signal: 9, manuallyStopped: true }));
});

test('a thousand requests leave the shim as it was', async () => {
  const container = host.container();
  await container.start();
  for (let i = 0; i < 50; i++) {
    await Promise.all(Array.from({ length: 20 }, () => container.control({ kind: 'status' })));
  }
  expect((await container.control({ kind: 'status' })).status).toContain('status=running');
});

test('two stops at once are both answered', async () => {
  const container = host.container();
  await container.start();
  const replies = await Promise.all([container.stop(), container.stop(0)]);
  for (const { status } of replies) expect(status).toContain('status=exited');
});
