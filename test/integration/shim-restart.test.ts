import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SuperviseRecord } from '../../src/oci/supervise.js';
import { TestHost, until } from '../support/bundle.js';

let host: TestHost;

beforeEach(() => {
  host = new TestHost();
});

afterEach(() => host.close());

type Restart = SuperviseRecord['restart'];
const always: Restart = { policy: 'always', maxAttempts: 0, delayMs: 1, windowMs: 10_000 };
const onFailure: Restart = { ...always, policy: 'on-failure' };

function health(over: Partial<NonNullable<SuperviseRecord['health']>> & { test: readonly string[] }) {
  return { intervalMs: 20, timeoutMs: 5000, retries: 2, startPeriodMs: 0, startIntervalMs: 20, ...over };
}

test('always: what has ended runs again with another pid, and stop ends that', async () => {
  const container = host.container({ script: 'echo run; exit 0', supervise: { restart: always } });
  const { shimPid } = await container.start();
  await until(() => expect(container.status().restartCount).toBeGreaterThan(2));
  await container.stop();
  expect(container.status()).toMatchObject({ status: 'exited', manuallyStopped: true, shimPid });
  expect(container.log().length).toBeGreaterThan(2);
});

test('on-failure: as often as allowed, and not after success', async () => {
  const restart = { ...onFailure, maxAttempts: 2 };
  const failing = host.container({ script: 'echo run; exit 4', supervise: { restart } });
  const good = host.container({ script: 'exit 0', supervise: { restart } });
  await Promise.all([failing.start(), good.start()]);
  await until(() => expect(failing.status()).toMatchObject({ status: 'exited', exitCode: 4, restartCount: 2 }));
  await until(() => expect(good.status()).toMatchObject({ status: 'exited', exitCode: 0, restartCount: 0 }));
  expect(failing.log()).toHaveLength(3);
});

test('a container that waits for its restart says so and can be stopped', async () => {
  const container = host.container({ script: 'exit 1', supervise: { restart: { ...always, delayMs: 600_000 } } });
  await container.start();
  await until(() => expect(container.status()).toMatchObject({ status: 'restarting', exitCode: 1, pid: null }));
  await container.stop(null);
  expect(container.status()).toMatchObject({ status: 'exited', exitCode: 1 });
});

test('a container that waits for its restart ends when its policy is taken away', async () => {
  const container = host.container({ script: 'exit 1', supervise: { restart: { ...always, delayMs: 600_000 } } });
  await container.start();
  await until(() => expect(container.status().status).toBe('restarting'));
  container.parts = { ...container.parts, supervise: { generation: 2 } };
  container.write();
  await container.control({ kind: 'reload', generation: 2 });
  await until(() => expect(container.status()).toMatchObject({ status: 'exited', exitCode: 1, generation: 2 }));
});

test('a restart on request brings a new init under the same shim', async () => {
  const container = host.container();
  const first = await container.start();
  await container.control({ kind: 'restart', timeoutMs: 0 });
  const status = container.status();
  expect(status).toMatchObject({ status: 'running', shimPid: first.shimPid, restartCount: 0, manuallyStopped: false });
  expect(status.pid).not.toBe(first.pid);
});

test('a restart that fails is told to who asked for it', async () => {
  const container = host.container();
  await container.start();
  container.parts = { process: { args: ['/bin/absent'] } };
  container.write();
  await expect(container.control({ kind: 'restart', timeoutMs: 0 })).rejects.toMatchObject({
    code: 'ENOENT',
    step: 'exec',
  });
  await until(() => expect(container.status()).toMatchObject({ status: 'exited', error: { step: 'exec' } }));
});

test('a policy that was changed by reload is followed', async () => {
  const container = host.container({ script: 'trap "exit 1" USR1; echo ready; while :; do sleep 0.01; done' });
  await container.start();
  await until(() => expect(container.logText()).toBe('ready\n'));
  container.parts = { ...container.parts, supervise: { restart: always, generation: 2 } };
  container.write();
  await container.control({ kind: 'reload', generation: 2 });
  await container.control({ kind: 'kill', signal: 10 });
  await until(() => expect(container.status()).toMatchObject({ status: 'running', restartCount: 1 }));
});

test('health: starting, healthy when the test passes, unhealthy after its retries', async () => {
  const script = 'sleep 0.2; echo > /ok; sleep 600';
  const check = health({ test: ['/bin/test', '-e', '/ok'], startPeriodMs: 60_000 });
  const container = host.container({ script, supervise: { health: check } });
  await container.start();
  expect(container.status().health).toBe('starting');
  await until(() => expect(container.status().health).toBe('healthy'));
  await container.exec(['/bin/busybox', 'rm', '/ok'], { detach: true });
  await until(() => expect(container.status().health).toBe('unhealthy'));
  expect(container.status().healthStreak).toBeGreaterThanOrEqual(2);
});

test('health: the output of the last probe is kept, and one that takes too long is killed', async () => {
  const loud = host.container({ supervise: { health: health({ test: ['/bin/sh', '-c', 'echo why; exit 1'] }) } });
  const check = health({ test: ['/bin/sh', '-c', 'sleep 600'], timeoutMs: 20 });
  const slow = host.container({ supervise: { health: check } });
  await Promise.all([loud.start(), slow.start()]);
  await until(() => expect(loud.status()).toMatchObject({ health: 'unhealthy', healthOutput: 'why\n' }));
  await until(() => expect(slow.status().healthOutput).toContain('exceeded its timeout of 20 ms'));
  await until(() => expect(slow.status().health).toBe('unhealthy'));
  expect(host.addon.cgroupUsage(slow.cgroup).processes).toBeLessThanOrEqual(3);
});

test('health: a test that is not there fails with the reason', async () => {
  const container = host.container({ supervise: { health: health({ test: ['/bin/absent'] }) } });
  await container.start();
  await until(() => expect(container.status().healthOutput).toContain('health check did not run'));
});

test('health: nothing is probed while paused', async () => {
  const container = host.container({ supervise: { health: health({ test: ['/bin/true'] }) } });
  await container.start();
  await until(() => expect(container.status().health).toBe('healthy'));
  await container.control({ kind: 'pause' });
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(container.status()).toMatchObject({ status: 'paused', health: 'healthy', healthStreak: 0 });
  await container.control({ kind: 'unpause' });
  expect(container.status()).toMatchObject({ status: 'running', health: 'healthy' });
});

test('on_unhealthy: restart', async () => {
  const check = health({ test: ['/bin/false'], retries: 1 });
  const supervise: Partial<SuperviseRecord> = {
    health: check,
    onUnhealthy: 'restart',
    stopGraceMs: 1,
    restart: always,
  };
  const container = host.container({ supervise });
  await container.start();
  await until(() => expect(container.status().restartCount).toBeGreaterThan(1));
  await container.stop();
});
