import { describe, expect, it } from 'vitest';
import { oneShotServices, readinessOf, type WaitedContainer } from '../../../src/cli/wait.js';
import { needs, service, stack } from '../../support/model.js';

function waited(over: Partial<WaitedContainer>): WaitedContainer {
  return { name: 'shop-web-1', status: 'running', health: 'none', exitCode: null, isOneShot: false, ...over };
}

describe('up --wait', () => {
  it.each<[string, Partial<WaitedContainer>, string]>([
    ['a running container without a check', {}, 'ready'],
    ['a healthy one', { health: 'healthy' }, 'ready'],
    ['one whose first probes run', { health: 'starting' }, 'waiting'],
    ['an unhealthy one', { health: 'unhealthy' }, 'failed'],
    ['one that was never started', { status: null }, 'waiting'],
    ['one between two restarts', { status: 'restarting', exitCode: 1 }, 'waiting'],
    ['one that has ended', { status: 'exited', exitCode: 0 }, 'failed'],
    ['a one-shot that has ended well', { status: 'exited', exitCode: 0, isOneShot: true }, 'ready'],
    ['a one-shot that has failed', { status: 'exited', exitCode: 3, isOneShot: true }, 'failed'],
  ])('judges %s', (_what, over, expected) => {
    expect(readinessOf(waited(over)).kind).toBe(expected);
  });

  it('takes a service for a one-shot where another waits for its completion', () => {
    const model = stack([
      service('migrate'),
      service('web', { dependsOn: { migrate: needs('service_completed_successfully') } }),
    ]);
    expect([...oneShotServices(model)]).toEqual(['migrate']);
  });
});
