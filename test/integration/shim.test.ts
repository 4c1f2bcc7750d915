import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestHost } from '../support/bundle.js';

let host: TestHost;

beforeEach(() => {
  host = new TestHost();
});

afterEach(() => host.close());

test('a container starts, says so, stops and leaves nothing', async () => {
  const container = host.container({ script: 'trap "exit 3" TERM; echo ready; while :; do sleep 0.01; done' });
  const started = await container.start();
  expect(started.streamFd).toBe(-1);
  expect(container.status()).toMatchObject({ status: 'running', pid: started.pid, shimPid: started.shimPid });
  expect(host.addon.processAlive(started.pid, started.startTime)).toBe(true);
  expect(host.addon.shimAlive(container.runDir)).toBe(true);

  await container.stop(10_000);
  expect(container.status()).toMatchObject({ status: 'exited', exitCode: 3, signal: null, manuallyStopped: true });
  expect(container.logText()).toBe('ready\n');
  expect(host.addon.processAlive(started.pid, started.startTime)).toBe(false);
  expect(host.addon.cgroupUsage(container.cgroup).exists).toBe(false);
});
