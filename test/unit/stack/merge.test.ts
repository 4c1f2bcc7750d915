import { describe, expect, test } from 'vitest';
import type { Service } from '../../../src/stack/model.js';
import { drawnErrors, loadStack, type ProjectFiles } from '../../support/stack-file.js';

function fileOf(keys: string, image = ''): string {
  const lines = keys.split('\n').map((line) => `    ${line}\n`);
  return `services:\n  web:\n${image}${lines.join('')}`;
}

/** `web` of two files. @param keys yaml of the service in each */
async function merged(base: string, override: string, more: ProjectFiles = {}): Promise<Service> {
  const files = { 'base.yaml': fileOf(base, '    image: app\n'), 'over.yaml': fileOf(override), ...more };
  const { services } = await loadStack(files, { files: ['base.yaml', 'over.yaml'] });
  if (!services['web']) throw new Error('there is no service web');
  return services['web'];
}

/** All that an override may say of a key, and what then holds. */
describe('a later file', () => {
  test.each<[string, string, object]>([
    ['user: one', 'user: two', { user: 'two' }],
    ['command: [a, b]', 'command: c', { command: ['c'] }],
    ['entrypoint: [a, b]', 'entrypoint: []', { entrypoint: [] }],
    ['command: [a]', 'command: ', { command: ['a'] }],
    ['tty: true', 'init: true', { tty: true, init: true }],
    ['environment: {A: 1, B: 1}', 'environment: [B=2, C]', { environment: { A: '1', B: '2', C: null } }],
    ['environment: [A=1]', 'environment: {A: }', { environment: { A: null } }],
    ['labels: [a=1]', 'labels: {a: 2, b: 3}', { labels: { a: '2', b: '3' } }],
    ['sysctls: {net.core.somaxconn: 1}', 'sysctls: [net.core.somaxconn=2]', { sysctls: { 'net.core.somaxconn': '2' } }],
    ['cap_add: [CHOWN]', 'cap_add: [CHOWN, KILL]', { capAdd: ['CHOWN', 'KILL'] }],
    ['group_add: [a]', 'group_add: [b, a]', { groupAdd: ['a', 'b'] }],
    [
      'device_cgroup_rules: ["c 1:3 r"]',
      'device_cgroup_rules: ["c 1:5 r"]',
      { deviceCgroupRules: ['c 1:3 r', 'c 1:5 r'] },
    ],
    [
      'devices: ["/dev/zero:/dev/a"]',
      'devices: ["/dev/full:/dev/a:r", "/dev/null:r"]',
      {
        devices: [
          { source: '/dev/full', target: '/dev/a', permissions: 'r' },
          { source: '/dev/null', target: '/dev/null', permissions: 'r' },
        ],
      },
    ],
    [
      'devices: ["/dev/zero:r"]',
      'devices: ["/dev/null:r", "/dev/zero"]',
      {
        devices: [
          { source: '/dev/zero', target: '/dev/zero', permissions: 'rwm' },
          { source: '/dev/null', target: '/dev/null', permissions: 'r' },
        ],
      },
    ],
    [
      'volumes: ["./a:/x", "./b:/y"]',
      'volumes: [{type: bind, source: ./c, target: /x/}]',
      {
        mounts: [
          { source: '<DIR>/c', target: '/x' },
          { source: '<DIR>/b', target: '/y' },
        ],
      },
    ],
    ['tmpfs: /a', 'tmpfs: [/b, /a]', { mounts: [{ target: '/a' }, { target: '/b' }] }],
    [
      'extra_hosts: ["a=10.0.0.1"]',
      'extra_hosts: {a: 10.0.0.2}',
      {
        extraHosts: [
          { host: 'a', ip: '10.0.0.1' },
          { host: 'a', ip: '10.0.0.2' },
        ],
      },
    ],
    [
      'ulimits: {nofile: 5, core: 1}',
      'ulimits: {nofile: {soft: 1, hard: 2}}',
      { ulimits: { nofile: { soft: 1, hard: 2 }, core: { soft: 1, hard: 1 } } },
    ],
    [
      'healthcheck: {test: [CMD, a, b], retries: 2}',
      'healthcheck: {test: [CMD, c]}',
      { healthcheck: { test: ['c'], retries: 2 } },
    ],
    [
      'logging: {options: {max-size: 1m, max-file: 2}}',
      'logging: {options: {max-file: 3}}',
      { logging: { maxSizeBytes: 1 << 20, maxFile: 3 } },
    ],
    ['logging: {options: {max-size: 1m}}', 'logging: {driver: none}', { logging: { driver: 'none', maxSizeBytes: 0 } }],
    [
      'deploy: {resources: {limits: {pids: 5, memory: 64m}}}',
      'deploy: {resources: {limits: {pids: 6}}}',
      { resources: { pidsLimit: 6, memoryBytes: 64 << 20 } },
    ],
    ['blkio_config: {weight: 100}', 'blkio_config: {weight: 200}', { resources: { blkio: { weight: 200 } } }],
  ])('%s and then %s', async (base, override, expected) => {
    const service = await merged(base, override);
    expect(JSON.parse(JSON.stringify(service))).toMatchObject(expected);
  });

  test('adds services, volumes and conditions of dependencies', async () => {
    const stack = await loadStack(
      {
        'base.yaml':
          'services:\n  web: {image: app, depends_on: [db], volumes: ["a:/a"]}\n  db: {image: app}\nvolumes: {a: }\n',
        'over.yaml':
          'services:\n  web: {depends_on: {db: {condition: service_healthy}, job: {condition: service_started}}}\n  job: {image: app}\nvolumes: {a: {name: mine}}\n',
      },
      { files: ['base.yaml', 'over.yaml'] },
    );
    expect(Object.keys(stack.services)).toEqual(['db', 'job', 'web']);
    expect(stack.services['web']?.dependsOn).toMatchObject({
      db: { condition: 'service_healthy' },
      job: { condition: 'service_started' },
    });
    expect(stack.volumes['a']?.name).toBe('mine');
  });

  test('has variables of its files in order, one that is named again at its first place', async () => {
    const envFiles = { 'one.env': 'A=one\nB=one\n', 'two.env': 'A=two\n' };
    expect((await merged('env_file: one.env', 'env_file: [two.env]', envFiles)).environment).toEqual({
      A: 'two',
      B: 'one',
    });
    const again = await merged('env_file: [one.env, two.env]', 'env_file: [{path: one.env}]', envFiles);
    expect(again.environment).toEqual({ A: 'two', B: 'one' });
  });

  test('has paths from where the first one is', async () => {
    const files = {
      'here/base.yaml': fileOf('volumes: ["./a:/a"]', '    image: app\n'),
      'there/over.yaml': fileOf('volumes: ["./b:/b"]'),
    };
    const { services } = await loadStack(files, { files: ['here/base.yaml', 'there/over.yaml'] });
    expect(services['web']?.mounts).toMatchObject([{ source: '<DIR>/here/a' }, { source: '<DIR>/here/b' }]);
  });

  test('is told by its own name when it is wrong', async () => {
    const files = { 'base.yaml': fileOf('image: app'), 'over.yaml': fileOf('mem_limit: 1x') };
    expect(await drawnErrors(files, { files: ['base.yaml', 'over.yaml'] })).toMatch(
      /^over\.yaml:3:16: services\.web\.mem_limit: /,
    );
  });
});

describe('three files', () => {
  test('are merged in order', async () => {
    const files = {
      'a.yaml': fileOf('environment: {A: 1, B: 1, C: 1}', '    image: app\n'),
      'b.yaml': fileOf('environment: {B: 2, C: 2}'),
      'c.yaml': fileOf('environment: {C: 3}'),
    };
    const { services } = await loadStack(files, { files: ['a.yaml', 'b.yaml', 'c.yaml'] });
    expect(services['web']?.environment).toEqual({ A: '1', B: '2', C: '3' });
  });
});

test('compose.override.yaml is merged without being asked for', async () => {
  const files = {
    'compose.yaml': fileOf('tty: true', '    image: app\n'),
    'compose.override.yaml': fileOf('init: true'),
  };
  expect((await loadStack(files)).services['web']).toMatchObject({ tty: true, init: true });
});

test('documents of one file are merged in order', async () => {
  const files = { 'compose.yaml': `${fileOf('tty: true', '    image: app\n')}---\n${fileOf('tty: false')}` };
  expect((await loadStack(files)).services['web']).toMatchObject({ image: 'app', tty: false });
});

describe('!reset', () => {
  test.each<[string, string, object]>([
    ['command: [a]', 'command: !reset null', { command: null }],
    ['volumes: ["./a:/a"]', 'volumes: !reset []', { mounts: [] }],
    ['environment: {A: 1}', 'environment: !reset {}', { environment: {} }],
    ['environment: {A: 1, B: 2}', 'environment: {A: !reset null}', { environment: { B: '2' } }],
    [
      'deploy: {resources: {limits: {pids: 5, memory: 1g}}}',
      'deploy: {resources: {limits: {pids: !reset 0}}}',
      { resources: { pidsLimit: null, memoryBytes: 1 << 30 } },
    ],
    ['tty: true', 'init: !reset true', { tty: true, init: false }],
    ['tty: !reset true', 'init: true', { tty: false, init: true }],
    ['healthcheck: {test: "true"}', 'healthcheck: !reset', { healthcheck: null }],
    ['tty: !reset true', 'tty: true', { tty: true }],
  ])('%s and then %s', async (base, override, expected) => {
    const service = await merged(base, override);
    expect(service).toMatchObject(expected);
  });

  test('removes a service, with what it alone used', async () => {
    const files = {
      'base.yaml': 'services:\n  web: {image: app}\n  db: {image: app, volumes: ["a:/a"]}\nvolumes: {a: }\n',
      'over.yaml': 'services:\n  db: !reset null\n',
    };
    const stack = await loadStack(files, { files: ['base.yaml', 'over.yaml'] });
    expect([Object.keys(stack.services), Object.keys(stack.volumes)]).toEqual([['web'], []]);
  });
});

describe('!override', () => {
  test.each<[string, string, object]>([
    ['cap_add: [CHOWN]', 'cap_add: !override [KILL]', { capAdd: ['KILL'] }],
    ['environment: {A: 1}', 'environment: !override {B: 2}', { environment: { B: '2' } }],
    ['volumes: ["./a:/a"]', 'volumes: !override ["./b:/b"]', { mounts: [{ target: '/b' }] }],
    [
      'healthcheck: {test: "true", retries: 2}',
      'healthcheck: !override {test: "false"}',
      { healthcheck: { retries: null } },
    ],
  ])('%s and then %s', async (base, override, expected) => {
    const service = await merged(base, override);
    expect(service).toMatchObject(expected);
    for (const list of ['mounts', 'capAdd'] as const) expect(service[list].length).toBeLessThan(2);
    expect(service.environment).not.toHaveProperty('A');
  });
});
