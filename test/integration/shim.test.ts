import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { procLink, TestHost, until } from '../support/bundle.js';

let host: TestHost;

beforeEach(() => {
  host = new TestHost();
});

afterEach(() => host.close());

const patient = 'trap "exit 3" TERM; echo ready; while :; do sleep 0.01; done';

test('a container starts, says so, stops and leaves nothing', async () => {
  const container = host.container({ script: patient });
  const started = await container.start();
  expect(started.streamFd).toBe(-1);
  expect(container.status()).toMatchObject({ status: 'running', pid: started.pid, shimPid: started.shimPid });
  expect(host.addon.processAlive(started.pid, started.startTime)).toBe(true);
  expect(host.addon.shimAlive(container.runDir)).toBe(true);
  await until(() => expect(container.logText()).toBe('ready\n'));

  await container.stop(10_000);
  expect(container.status()).toMatchObject({ status: 'exited', exitCode: 3, signal: null, manuallyStopped: true });
  expect(host.addon.processAlive(started.pid, started.startTime)).toBe(false);
  expect(host.addon.cgroupUsage(container.cgroup).exists).toBe(false);
});

test('the shim has left the session and the cgroup of its starter', async () => {
  const container = host.container();
  const { shimPid } = await container.start();
  const fields = readFileSync(`/proc/${shimPid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  expect(fields[3]).toBe(String(shimPid));
  const groups = readFileSync(`/proc/${shimPid}/cgroup`, 'utf8').trim().split('\n');
  const unused = groups.filter((line) => !line.endsWith(`:/berth/${host.stack}/shim`));
  expect(unused.filter((line) => !line.includes('name='))).toEqual([]);
  expect(readFileSync(`/proc/${shimPid}/environ`, 'utf8')).toBe('');
  expect(procLink(shimPid, 'cwd')).toBe('/');
});

test('what ends by itself is recorded with code and times, and can be started again', async () => {
  const container = host.container({ script: 'exit 7' });
  await container.start();
  await until(() => expect(container.status().status).toBe('exited'));
  const status = container.status();
  expect(status).toMatchObject({ exitCode: 7, manuallyStopped: false, pid: null, oomKilled: false, error: null });
  expect(Date.parse(status.finishedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(status.startedAt ?? ''));
  await until(() => expect(host.addon.shimAlive(container.runDir)).toBe(false));
  await container.start();
  await until(() => expect(container.status().status).toBe('exited'));
});

test('a second start of a running container is refused', async () => {
  const container = host.container();
  await container.start();
  await expect(container.start()).rejects.toMatchObject({ code: 'EAGAIN', step: 'lock' });
  expect(container.status().status).toBe('running');
});

test('a command that is not there fails with its step, and nothing is left', async () => {
  const container = host.container({ process: { args: ['/bin/absent'] } });
  await expect(container.start()).rejects.toMatchObject({ code: 'ENOENT', path: '/bin/absent', step: 'exec' });
  expect(container.status()).toMatchObject({ status: 'exited', exitCode: 127, error: { step: 'exec' } });
  expect(host.addon.cgroupUsage(container.cgroup).exists).toBe(false);
});

test('a broken config.json fails with its step', async () => {
  const container = host.container({ resources: { cpu: { cpus: 'none' } } });
  await expect(container.start()).rejects.toMatchObject({ step: expect.stringContaining('cgroup') });
});

test('several containers start at once', async () => {
  const all = Array.from({ length: 8 }, () => host.container());
  const started = await Promise.all(all.map((container) => container.start()));
  expect(new Set(started.map(({ pid }) => pid)).size).toBe(8);
  await Promise.all(all.map((container) => container.stop()));
  expect(all.map((container) => container.status().exitCode)).toEqual(all.map(() => 137));
});

test('what ignores the stop signal is killed after the grace period, and all of its cgroup with it', async () => {
  const script =
    'trap "" TERM; (trap "" TERM; echo ready; while :; do sleep 1; done) & wait; while :; do sleep 1; done';
  const container = host.container({ script });
  await container.start();
  await until(() => expect(container.logText()).toBe('ready\n'));
  await container.stop(50);
  expect(container.status()).toMatchObject({ status: 'exited', exitCode: 137, signal: 9 });
  expect(host.addon.cgroupUsage(container.cgroup).processes).toBe(0);
});

test('a container without its shim dies, and is removed', async () => {
  const container = host.container();
  const { pid, startTime, shimPid } = await container.start();
  process.kill(shimPid, 'SIGKILL');
  await until(() => expect(host.addon.processAlive(pid, startTime)).toBe(false));
  expect(host.addon.shimAlive(container.runDir)).toBe(false);
});

test('SIGTERM to the shim stops the container', async () => {
  const container = host.container({ script: patient });
  const { shimPid } = await container.start();
  await until(() => expect(container.logText()).toBe('ready\n'));
  process.kill(shimPid, 'SIGTERM');
  await until(() => expect(container.status()).toMatchObject({ status: 'exited', exitCode: 3 }));
});

test('kill sends a signal; an unknown number is refused', async () => {
  const container = host.container({ script: 'trap "echo usr1" USR1; echo ready; while :; do sleep 0.01; done' });
  await container.start();
  await until(() => expect(container.logText()).toBe('ready\n'));
  await container.control({ kind: 'kill', signal: 10 });
  await until(() => expect(container.logText()).toBe('ready\nusr1\n'));
  await expect(container.control({ kind: 'kill', signal: 99 })).rejects.toMatchObject({ code: 'EINVAL' });
  await container.control({ kind: 'kill', signal: 9 });
  await until(() => expect(container.status()).toMatchObject({ status: 'exited', signal: 9, manuallyStopped: true }));
});

test('pause freezes and unpause thaws; a paused container can be stopped', async () => {
  const container = host.container({ script: patient });
  await container.start();
  await until(() => expect(container.logText()).toBe('ready\n'));
  await container.control({ kind: 'pause' });
  expect(container.status().status).toBe('paused');
  expect(host.addon.cgroupUsage(container.cgroup).frozen).toBe(true);
  await container.control({ kind: 'unpause' });
  expect(container.status().status).toBe('running');
  await container.control({ kind: 'pause' });
  await container.stop(10_000);
  expect(container.status()).toMatchObject({ status: 'exited', exitCode: 3 });
});

test('a paused container that is killed is gone at once', async () => {
  const container = host.container({ script: patient });
  await container.start();
  await container.control({ kind: 'pause' });
  await container.control({ kind: 'kill', signal: 9 });
  await until(() => expect(container.status()).toMatchObject({ status: 'exited', signal: 9 }));
});

test('reload applies limits to the running processes and acknowledges the generation', async () => {
  const container = host.container();
  const { pid } = await container.start();
  expect(container.status().generation).toBe(1);
  container.parts = { resources: { pids: { limit: 33 } }, supervise: { generation: 2, stopGraceMs: 1 } };
  container.write();
  await container.control({ kind: 'reload', generation: 2 });
  expect(container.status()).toMatchObject({ generation: 2, pid });
  expect(host.addon.cgroupUsage(container.cgroup).pidsLimit).toBe(33);
  await expect(container.control({ kind: 'reload', generation: 3 })).rejects.toMatchObject({ code: 'ESTALE' });
});

test('a container that the kernel has killed for memory says so', async () => {
  const script = 'x=$(yes); exit 1';
  const container = host.container({ script, resources: { memory: { limit: 8_388_608, swap: 8_388_608 } } });
  await container.start();
  await until(() => expect(container.status()).toMatchObject({ status: 'exited', oomKilled: true }));
});
