import { describe, expect, it } from 'vitest';
import { shouldRun } from '../../../src/cli/commands/boot.js';
import type { ObservedContainer } from '../../../src/plan/observed.js';
import type { Service } from '../../../src/stack/model.js';
import { container, service } from '../../support/model.js';

type Policy = Service['restart']['policy'];

function stopped(policy: Policy, over: Partial<ObservedContainer> = {}): ObservedContainer {
  const { restart } = service('web');
  return container(service('web', { restart: { ...restart, policy } }), { status: 'created', ...over });
}

describe('boot starts', () => {
  it.each<[Policy, boolean, boolean]>([
    ['always', false, true],
    ['always', true, true],
    ['unless-stopped', false, true],
    ['unless-stopped', true, false],
    ['on-failure', false, false],
    ['no', false, false],
  ])('%s, stopped by hand %s: %s', (policy, manuallyStopped, expected) => {
    expect(shouldRun(stopped(policy, { manuallyStopped }))).toBe(expected);
  });

  it.each<[string, Partial<ObservedContainer>]>([
    ['one that runs', { status: 'running' }],
    ['one that is half made', { status: 'creating' }],
    ['one that is half removed', { status: 'dead' }],
    ['one of run', { oneOff: true }],
  ])('not %s', (_what, over) => {
    expect(shouldRun(stopped('always', over))).toBe(false);
  });
});
