import { describe, expect, test } from 'vitest';
import { superviseText, toSupervise } from '../../../src/oci/record.js';
import { parseStatus } from '../../../src/oci/status.js';
import type { Healthcheck } from '../../../src/stack/model.js';
import { service, volumeMount } from '../../support/model.js';
import { containerInput } from './input.js';

const check: Healthcheck = {
  disable: false,
  test: ['CMD', 'ping', 'a\\b\nc'],
  intervalMs: 1000,
  timeoutMs: null,
  retries: null,
  startPeriodMs: null,
  startIntervalMs: null,
};

describe('the supervise record', () => {
  test('of a service with something of everything', async () => {
    const plain = service('web');
    const web = service('web', {
      command: ['serve'],
      init: true,
      stdinOpen: true,
      namespaces: { ...plain.namespaces, ipc: { kind: 'shareable' } },
      restart: { policy: 'on-failure', maxAttempts: 3, delayMs: 500, windowMs: null },
      healthcheck: check,
      onUnhealthy: 'restart',
      stopSignal: 'SIGINT',
      stopGraceMs: 2500,
      logging: { driver: 'json-file', maxSizeBytes: 1024, maxFile: 2 },
    });
    const mounts = [{ mount: volumeMount('data', '/data'), source: '/root/volumes/data/_data' }];
    await expect(superviseText(toSupervise(containerInput({ service: web, mounts })))).toMatchFileSnapshot(
      '../../golden/oci/rich.supervise',
    );
  });

  test('the image’s check holds where the service has none, unless it is switched off', () => {
    const image = { ...containerInput().image, healthcheck: check };
    expect(toSupervise(containerInput({ image })).health?.intervalMs).toBe(1000);
    const off = service('web', { command: ['x'], healthcheck: { ...check, disable: true } });
    expect(toSupervise(containerInput({ image, service: off })).health).toBeNull();
  });
});

describe('the status of a shim', () => {
  const lines = (...more: readonly string[]) =>
    ['version=1', 'boot_id=b', 'shim_pid=7', 'shim_start=9', ...more].join('\n');

  test('of a run that ended', () => {
    const text = lines(
      'status=exited',
      'pid=0',
      'exit_code=137',
      'signal=9',
      'oom_killed=1',
      'health_output=a\\nb\\\\c',
      'new=1',
    );
    expect(parseStatus(text)).toMatchObject({
      bootId: 'b',
      shimPid: 7,
      status: 'exited',
      pid: null,
      exitCode: 137,
      signal: 9,
      oomKilled: true,
      healthOutput: 'a\nb\\c',
      health: 'none',
      error: null,
    });
  });

  test('of one that could not start', () => {
    const text = lines('status=exited', 'error_step=exec', 'error_call=execve', 'error_errno=2', 'error_what=/nope');
    expect(parseStatus(text).error).toEqual({ step: 'exec', call: 'execve', errno: 2, what: '/nope' });
    expect(parseStatus(text).exitCode).toBeNull();
  });

  test.each([
    ['version=2\nstatus=running', 'version is "2"'],
    ['status=running', 'version is "missing"'],
    [lines('status=asleep'), 'status is "asleep"'],
    [lines('status=running', 'pid=x'), 'pid is "x"'],
  ])('%j is refused', (text, reason) => {
    expect(() => parseStatus(text)).toThrow(reason);
  });
});
