import { describe, expect, test } from 'vitest';
import type { NamespaceSource, Service } from '../../../src/stack/model.js';
import {
  container,
  image,
  limits,
  longId,
  needs,
  observed,
  observedVolume,
  service,
  stack,
  volume,
  volumeMount,
} from '../../support/model.js';
import { planned, table } from './steps.js';

const web = service('web');
const db = service('db');

function sharing(name: string, namespaces: Partial<Record<'network' | 'pid' | 'ipc', NamespaceSource>>): Service {
  const one = service(name);
  return { ...one, namespaces: { ...one.namespaces, ...namespaces } };
}

describe('what is missing', () => {
  test('volumes, images and containers are made, each after what it needs', () => {
    const store = service('db', { image: 'store', mounts: [volumeMount('data', '/data')] });
    const front = service('web', { replicas: 2, dependsOn: { db: needs('service_healthy') } });
    const file = stack([front, store], { volumes: [volume('data'), volume('unused')], images: [image('store')] });
    expect(planned(file, observed())).toBe(table`
      #1  image:store    buildImage                        not found
      #2  volume:data    createVolume                      not found
      #3  service:db:1   createContainer                   not found               after 1, 2
      #4  service:db:1   startContainer                    created                 after 3
      #5  service:web:1  createContainer                   not found
      #6  service:db:1   waitForCondition service_healthy  others need it healthy  after 4
      #7  service:web:1  startContainer                    created                 after 5, 6
      #8  service:web:2  createContainer                   not found
      #9  service:web:2  startContainer                    created                 after 6, 8
    `);
  });

  test('nothing is missing: nothing is done', () => {
    expect(planned(stack([web, db]), observed({ containers: [container(web), container(db)] }))).toBe('');
  });

  test('without start nothing is started or waited for', () => {
    const front = service('web', { dependsOn: { db: needs('service_healthy') } });
    expect(planned(stack([front, db]), observed(), { start: false })).toBe(table`
      #1  service:db:1   createContainer  not found
      #2  service:web:1  createContainer  not found
    `);
  });

  test('an optional dependency may fail', () => {
    const front = service('web', { dependsOn: { db: needs('service_healthy', { required: false }) } });
    expect(planned(stack([front, db]), observed({ containers: [container(db, { health: 'starting' })] }))).toBe(table`
      #1  service:web:1  createContainer                   not found
      #2  service:db:1   waitForCondition service_healthy  others need it healthy
      #3  service:web:1  startContainer                    created                 after 1, once 2 ended
    `);
  });

  test('a volume whose directory is gone is made again, with its containers', () => {
    const store = service('db', { mounts: [volumeMount('data', '/data')] });
    const one = container(store);
    const volumes = [observedVolume(volume('data'), { present: false, usedBy: [one.id] })];
    const file = stack([store], { volumes: [volume('data')] });
    expect(planned(file, observed({ containers: [one], volumes }))).toBe(table`
      #1  volume:data   createVolume     its directory is gone
      #2  service:db:1  createContainer  volume data is made anew  after 1
      #3  service:db:1  stopContainer    replaced                  after 2
      #4  service:db:1  removeContainer  replaced                  after 3
      #5  service:db:1  startContainer   created                   after 3
    `);
  });
});

describe('images', () => {
  test.each([
    [
      'the id of its name has changed',
      observed({ images: { app: { id: 'sha256:new', inputs: null, usedElsewhere: [] } } }),
      {},
    ],
    [
      'what it is built from has changed',
      observed({ images: { app: { id: 'sha256:app', inputs: 'old', usedElsewhere: [] } } }),
      { app: 'new' },
    ],
  ])('%s: the container is replaced', (_, state, imageInputs) => {
    const file = stack([web], { images: [image('app')] });
    const text = planned(file, { ...state, containers: [container(web)] }, { imageInputs });
    expect(text).toContain('service:web:1  createContainer  image changed');
    expect(text.includes('image:app')).toBe('app' in imageInputs);
  });

  test('an image on a rebuilt one is rebuilt after it', () => {
    const images = [image('app', { kind: 'image', image: 'base' }), image('base')];
    const state = observed({
      images: {
        app: { id: 'sha256:app', inputs: 'a', usedElsewhere: [] },
        base: { id: 'sha256:base', inputs: 'b', usedElsewhere: [] },
      },
    });
    expect(planned(stack([web], { images }), state, { imageInputs: { app: 'a', base: 'c' } })).toBe(table`
      #1  image:base     buildImage       inputs changed
      #2  image:app      buildImage       base image base is built anew  after 1
      #3  service:web:1  createContainer  not found                      after 2
      #4  service:web:1  startContainer   created                        after 3
    `);
  });
});

describe('what changed', () => {
  const roomy = service('web', { resources: limits({ memoryBytes: 128 << 20 }) });

  test('a limit is written into the running container', () => {
    expect(planned(stack([roomy]), observed({ containers: [container(web)] }))).toBe(table`
      #1  service:web:1  updateContainer  config changed (resources.memoryBytes)
    `);
  });

  test('a restart class field: settings are written between stop and start', () => {
    const open = service('web', { stdinOpen: true });
    expect(planned(stack([open]), observed({ containers: [container(web)] }))).toBe(table`
      #1  service:web:1  stopContainer    config changed (stdinOpen)
      #2  service:web:1  updateContainer  config changed (stdinOpen)  after 1
      #3  service:web:1  startContainer   config changed (stdinOpen)  after 2
    `);
  });

  test('a command: dependents stop before it, and start after it', () => {
    const newDb = service('db', { command: ['run'] });
    const front = service('web', { dependsOn: { db: needs('service_started', { restart: true }) } });
    const state = observed({ containers: [container(front), container(db)] });
    expect(planned(stack([front, newDb]), state, { timeoutMs: 5000 })).toBe(table`
      #1  service:db:1   createContainer  config changed (command)
      #2  service:web:1  stopContainer    dependency db is replaced
      #3  service:db:1   stopContainer    replaced                   after 1, 2
      #4  service:db:1   removeContainer  replaced                   after 3
      #5  service:db:1   startContainer   created                    after 3
      #6  service:web:1  startContainer   dependency db is replaced  after 5
    `);
  });

  test('dependents that did not ask for it stay', () => {
    const front = service('web', { dependsOn: { db: needs() } });
    const state = observed({ containers: [container(front), container(db)] });
    expect(planned(stack([front, service('db', { tty: true })]), state)).not.toContain('service:web');
  });

  test('recreation is forced for what was asked for only, and forbidden on request', () => {
    const front = service('web', { dependsOn: { db: needs() } });
    const state = observed({ containers: [container(front), container(db)] });
    const forced = planned(stack([front, db]), state, { forceRecreate: true, services: ['web'] });
    expect(forced).toContain('service:web:1  createContainer  recreation forced');
    expect(forced).not.toContain('service:db');
    expect(
      planned(stack([service('web', { tty: true })]), observed({ containers: [container(web)] }), { noRecreate: true }),
    ).toBe('note: container shop-web-1 is kept as it is, as asked: config changed (tty)');
  });
});

describe('drift', () => {
  test.each([
    [
      'a limit changed by hand is written again',
      { drift: [{ field: 'resources.memoryBytes', what: 'memory.max', expected: '67108864', actual: '1048576' }] },
      '#1  service:web:1  updateContainer  drift (memory.max)',
    ],
    [
      'unacknowledged settings are written again',
      { generation: 3 },
      '#1  service:web:1  updateContainer  settings were not taken up',
    ],
    [
      'a container that ended is started',
      { status: 'exited', exitCode: 0 },
      '#1  service:web:1  startContainer  not running (exited 0)',
    ],
    [
      'one killed for memory is started',
      { status: 'exited', exitCode: 137, oomKilled: true },
      '#1  service:web:1  startContainer  not running (exited 137, out of memory)',
    ],
    ['a paused one is thawed', { status: 'paused' }, '#1  service:web:1  unpauseContainer  paused'],
    ['one that was never started is', { status: 'created' }, '#1  service:web:1  startContainer  not started'],
    ['one between two tries is left to its shim', { status: 'restarting' }, ''],
  ] as const)('%s', (_, over, expected) => {
    expect(planned(stack([web]), observed({ containers: [container(web, over)] }))).toBe(expected);
  });

  test('a container whose shim is gone can only be removed', () => {
    expect(planned(stack([web]), observed({ containers: [container(web, { shimAlive: false })] }))).toBe(table`
      #1  service:web:1  createContainer  shim gone
      #2  service:web:1  removeContainer  replaced   after 1
      #3  service:web:1  startContainer   created    after 2
    `);
  });

  test('a mount that is missing takes a new container', () => {
    const drift = [{ field: 'mount /data', what: 'mount /data', expected: 'mounted', actual: 'missing' }];
    expect(planned(stack([web]), observed({ containers: [container(web, { drift })] }))).toContain(
      'createContainer  drift (mount /data)',
    );
  });

  test.each(['creating', 'dead'] as const)('a %s leftover is removed and made anew', (status) => {
    const text = planned(stack([web]), observed({ containers: [container(web, { status })] }));
    expect(text).toMatch(/createContainer.*\n.*removeContainer {2}its (creation|removal) was interrupted/);
    expect(text).toContain('startContainer');
  });

  test('an interrupted replacement is finished', () => {
    const tty = service('web', { tty: true });
    const next = container(tty, { id: longId('2'), status: 'created', createdAt: '2026-02-01T00:00:00Z' });
    expect(planned(stack([tty]), observed({ containers: [container(web), next] }))).toBe(table`
      #1  service:web:1  stopContainer    replaced by 200000000000
      #2  service:web:1  removeContainer  replaced by 200000000000  after 1
      #3  service:web:1  startContainer   not started               after 1
    `);
  });
});

describe('one-shots', () => {
  const migrate = service('migrate');
  const front = service('web', { dependsOn: { migrate: needs('service_completed_successfully') } });

  test('one that completed is left alone', () => {
    const state = observed({ containers: [container(front), container(migrate, { status: 'exited', exitCode: 0 })] });
    expect(planned(stack([migrate, front]), state)).toBe('');
  });

  test('one that failed runs again, and is waited for', () => {
    const state = observed({ containers: [container(migrate, { status: 'exited', exitCode: 1 })] });
    expect(planned(stack([migrate, front]), state)).toBe(table`
      #1  service:migrate:1  startContainer                                   not running (exited 1)
      #2  service:web:1      createContainer                                  not found
      #3  service:migrate:1  waitForCondition service_completed_successfully  others need it completed  after 1
      #4  service:web:1      startContainer                                   created                   after 2, 3
    `);
  });
});

describe('namespaces of others', () => {
  const proxy = sharing('proxy', { network: { kind: 'service', service: 'web' } });
  const debug = sharing('debug', { pid: { kind: 'service', service: 'web' } });

  test('a follower is replaced with its owner, also where only the owner was asked for', () => {
    const state = observed({
      containers: [container(proxy, { joined: { network: container(web).id } }), container(web)],
    });
    const text = planned(stack([proxy, service('web', { tty: true })]), state, { services: ['web'] });
    expect(text).toBe(table`
      #1  service:web:1    createContainer  config changed (tty)
      #2  service:proxy:1  createContainer  shares network of web, which is replaced  after 1
      #3  service:proxy:1  stopContainer    replaced                                  after 2
      #4  service:web:1    stopContainer    replaced                                  after 3
      #5  service:web:1    removeContainer  replaced                                  after 4
      #6  service:web:1    startContainer   created                                   after 4
      #7  service:proxy:1  removeContainer  replaced                                  after 3
      #8  service:proxy:1  startContainer   created                                   after 6
    `);
  });

  test('a follower left behind by an interrupted replacement is replaced', () => {
    const state = observed({ containers: [container(proxy, { joined: { network: longId('dead') } }), container(web)] });
    expect(planned(stack([proxy, web]), state)).toContain('shares network of web, which was replaced');
  });

  test('a pid namespace ends with its owner, others outlive a restart', () => {
    const owner = service('web', { stdinOpen: true });
    const containers = [container(web), container(debug), container(proxy)];
    const text = planned(stack([owner, debug, proxy]), observed({ containers }));
    expect(text).toContain('service:debug:1  stopContainer    shares pid of web, which is restarted');
    expect(text).not.toContain('service:proxy');
  });
});

describe('scale, orphans, strays', () => {
  const three = [1, 2, 3].map((replica) => container(web, { replica }));

  test('the highest numbers go', () => {
    expect(planned(stack([web]), observed({ containers: three }))).toBe(table`
      #1  service:web:2  stopContainer    scaled to 1
      #2  service:web:2  removeContainer  scaled to 1  after 1
      #3  service:web:3  stopContainer    scaled to 1
      #4  service:web:3  removeContainer  scaled to 1  after 3
    `);
  });

  test('the lowest free numbers are taken', () => {
    const state = observed({ containers: three.slice(1) });
    expect(planned(stack([web]), state, { scale: { web: 3 } })).toBe(table`
      #1  service:web:1  createContainer  not found
      #2  service:web:1  startContainer   created    after 1
    `);
  });

  test('an orphan is told of, or removed', () => {
    const state = observed({ containers: [container(service('old'))] });
    expect(planned(stack([]), state)).toMatch(/^note: container shop-old-1 runs on/);
    expect(planned(stack([]), state, { removeOrphans: true })).toBe(table`
      #1  service:old:1  stopContainer    its service is gone from the file
      #2  service:old:1  removeContainer  its service is gone from the file  after 1
    `);
  });

  test('a one-off container is left to whom it belongs, unless its creation was interrupted', () => {
    const run = { oneOff: true, replica: 0, name: 'shop-web-run-1' };
    expect(planned(stack([web]), observed({ containers: [container(web), container(web, run)] }))).toBe('');
    const leftover = container(web, { ...run, status: 'creating' });
    expect(planned(stack([web]), observed({ containers: [container(web), leftover] }))).toBe(
      '#1  container:shop-web-run-1  removeContainer  its creation was interrupted',
    );
  });
});

describe('refusals', () => {
  test.each([
    [
      'an image that is nowhere',
      stack([service('web', { image: 'none' })]),
      observed(),
      {},
      'image none is not in the store',
    ],
    [
      'an unknown service',
      stack([web]),
      observed(),
      { services: ['wbe'] },
      'find service wbe: the file has none of this name',
    ],
    [
      'a name for several containers',
      stack([service('web', { containerName: 'one' })]),
      observed(),
      { scale: { web: 2 } },
      'its container_name one can be used once only',
    ],
    [
      'an external volume that is not there',
      stack([service('web', { mounts: [volumeMount('v', '/v')] })], { volumes: [volume('v', { external: true })] }),
      observed(),
      {},
      'use external volume shop_v: not found',
    ],
    [
      'a volume that would lose its data',
      stack([service('web', { mounts: [volumeMount('v', '/v')] })], {
        volumes: [volume('v', { driverOpts: { type: 'tmpfs' } })],
      }),
      observed({ volumes: [observedVolume(volume('v'))] }),
      {},
      'driverOpts.type: none → tmpfs',
    ],
  ])('%s', (_, file, state, options, expected) => {
    const text = planned(file, state, options);
    expect(text).toMatch(/^refused: /);
    expect(text).toContain(expected);
  });
});
