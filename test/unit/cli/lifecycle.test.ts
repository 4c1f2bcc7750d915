import { describe, expect, it } from 'vitest';
import {
  isLive,
  type LifecycleOptions,
  planPause,
  planRemove,
  planRestart,
  planStart,
  planStop,
  withDependencies,
  withRestarted,
} from '../../../src/cli/lifecycle.js';
import type { ObservedContainer } from '../../../src/plan/observed.js';
import { stepsText } from '../../../src/plan/text.js';
import { container, longId, needs, service } from '../../support/model.js';

const options: LifecycleOptions = { stack: 'shop', serial: 4, cause: 'asked' };

const db = container(service('db'), { id: longId('d') });
const web = container(service('web', { dependsOn: { db: needs('service_healthy') } }), { id: longId('e') });
const proxy = container(service('proxy', { dependsOn: { web: needs('service_started') } }), { id: longId('f') });
const all = [db, web, proxy];

describe('planStop', () => {
  it('stops dependents first', () => {
    expect(stepsText(planStop(all, 3000, options))).toMatchInlineSnapshot(`
      "#1  service:proxy:1  stopContainer  asked
      #2  service:web:1    stopContainer  asked  after 1
      #3  service:db:1     stopContainer  asked  after 2"
    `);
  });

  it('has nothing to do for nobody', () => {
    expect(planStop([], null, options)).toEqual({ format: 1, stack: 'shop', serial: 4, steps: [], notes: [] });
  });
});

describe('planStart', () => {
  it('starts in order and waits for conditions', () => {
    expect(stepsText(planStart(all, all, options))).toMatchInlineSnapshot(`
      "#1  service:db:1     startContainer                    asked
      #2  service:db:1     waitForCondition service_healthy  asked  after 1
      #3  service:web:1    startContainer                    asked  after 2
      #4  service:proxy:1  startContainer                    asked  after 3"
    `);
  });

  it('waits for a dependency that runs already', () => {
    expect(stepsText(planStart([web], all, options))).toMatchInlineSnapshot(`
      "#1  service:db:1   waitForCondition service_healthy  asked
      #2  service:web:1  startContainer                    asked  after 1"
    `);
  });

  it('ends where containers of different revisions depend on each other', () => {
    const first = container(service('a', { dependsOn: { b: needs('service_started') } }), { id: longId('a') });
    const second = container(service('b', { dependsOn: { a: needs('service_started') } }), { id: longId('b') });
    expect(planStart([first, second], [first, second], options).steps).toHaveLength(2);
  });
});

describe('withDependencies', () => {
  it('takes along what is depended on, but no job that is done', () => {
    const job = container(service('job'), { status: 'exited', exitCode: 0 });
    const failed = container(service('failed'), { status: 'exited', exitCode: 1 });
    const done = needs('service_completed_successfully');
    const top = container(service('top', { dependsOn: { web: needs('service_started'), job: done, failed: done } }));
    const taken = withDependencies([top], [top, web, db, job, failed, proxy]);
    expect(taken.map((one) => one.service)).toEqual(['top', 'web', 'failed', 'db']);
  });
});

describe('isLive', () => {
  it.each<[ObservedContainer['status'], boolean, boolean]>([
    ['running', true, true],
    ['paused', true, true],
    ['restarting', true, true],
    ['running', false, false],
    ['exited', true, false],
    ['created', false, false],
  ])('%s with a shim (%s): %s', (status, shimAlive, expected) => {
    expect(isLive({ status, shimAlive })).toBe(expected);
  });
});

describe('planRestart', () => {
  it('starts what it stopped, once dependents have stopped', () => {
    expect(stepsText(planRestart([db, web], all, null, options))).toMatchInlineSnapshot(`
      "#1  service:web:1  stopContainer                     asked
      #2  service:db:1   stopContainer                     asked  after 1
      #3  service:db:1   startContainer                    asked  after 2
      #4  service:db:1   waitForCondition service_healthy  asked  after 3
      #5  service:web:1  startContainer                    asked  after 1, 4"
    `);
  });

  it('takes along who says so, through others, and followers in a pid namespace', () => {
    const asks = container(service('asks', { dependsOn: { db: { ...needs('service_started'), restart: true } } }), {
      id: longId('1'),
    });
    const follower = container(service('follower'), { id: longId('2'), joined: { pid: asks.id } });
    const neighbour = container(service('neighbour'), { id: longId('3'), joined: { network: db.id } });
    const taken = withRestarted([db], [db, web, asks, follower, neighbour]);
    expect(taken.map((one) => one.service)).toEqual(['db', 'asks', 'follower']);
  });
});

describe('planRemove', () => {
  it('stops live ones first, where asked', () => {
    const stopped = container(service('job'), { id: longId('9'), status: 'exited' });
    expect(stepsText(planRemove([db, stopped], true, false, options))).toMatchInlineSnapshot(`
      "#1  service:db:1   stopContainer    asked
      #2  service:db:1   removeContainer  asked  after 1
      #3  service:job:1  removeContainer  asked"
    `);
  });
});

describe('planPause', () => {
  it('freezes each by itself', () => {
    expect(stepsText(planPause([db, web], 'pauseContainer', options))).toMatchInlineSnapshot(`
      "#1  service:db:1   pauseContainer  asked
      #2  service:web:1  pauseContainer  asked"
    `);
  });
});
