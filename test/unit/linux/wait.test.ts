import { describe, expect, it } from 'vitest';
import { judgeCondition } from '../../../src/linux/wait.js';
import type { ShimStatus } from '../../../src/oci/status.js';

function status(over: Partial<ShimStatus>): ShimStatus {
  return {
    bootId: 'boot',
    shimPid: 10,
    shimStart: 1,
    status: 'running',
    pid: 11,
    pidStart: 2,
    startedAt: null,
    finishedAt: null,
    exitCode: null,
    signal: null,
    oomKilled: false,
    restartCount: 0,
    health: 'none',
    healthStreak: 0,
    healthOutput: '',
    manuallyStopped: false,
    generation: 1,
    error: null,
    ...over,
  };
}

type Row = [string, ShimStatus | null, boolean, Parameters<typeof judgeCondition>[2], unknown];

describe('judgeCondition', () => {
  it.each<Row>([
    ['a shim that has not spoken yet', null, true, 'service_started', 'waiting'],
    ['a container that was not started', null, false, 'service_started', { never: 'it is not started' }],
    ['a running one', status({}), true, 'service_started', 'met'],
    ['one that has ended already', status({ status: 'exited', exitCode: 1 }), false, 'service_started', 'met'],
    ['one whose shim was killed', status({}), false, 'service_started', { never: 'its shim is gone' }],
    ['one without a check', status({}), true, 'service_healthy', { never: 'it has no health check' }],
    ['first probes', status({ health: 'starting' }), true, 'service_healthy', 'waiting'],
    ['a healthy one', status({ health: 'healthy' }), true, 'service_healthy', 'met'],
    ['an unhealthy one', status({ health: 'unhealthy' }), true, 'service_healthy', { never: 'it is unhealthy' }],
    ['a job that runs', status({}), true, 'service_completed_successfully', 'waiting'],
    ['a job done', status({ status: 'exited', exitCode: 0 }), false, 'service_completed_successfully', 'met'],
    [
      'a job that failed',
      status({ status: 'exited', exitCode: 3 }),
      false,
      'service_completed_successfully',
      { never: 'it has exited with code 3' },
    ],
  ])('%s', (_what, said, isLive, condition, expected) => {
    expect(judgeCondition(said, isLive, condition)).toEqual(expected);
  });
});
