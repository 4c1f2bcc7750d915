import { describe, expect, test } from 'vitest';
import { loadService, loadStack, serviceFile } from '../../support/stack-file.js';

const MIB = 1024 * 1024;

test('defaults', async () => {
  expect(await loadService('')).toMatchObject({
    replicas: 1,
    command: null,
    entrypoint: null,
    environment: {},
    stopGraceMs: 10_000,
    stopSignal: null,
    restart: { policy: 'no', maxAttempts: 0 },
    logging: { driver: 'json-file', maxSizeBytes: 0, maxFile: 1 },
    shmSizeBytes: 64 * MIB,
    healthcheck: null,
    namespaces: { network: { kind: 'private' }, ipc: { kind: 'private' }, user: { kind: 'host' } },
  });
});

describe('keys', () => {
  test.each<[string, object]>([
    ['command: sh -c "a b"', { command: ['sh', '-c', 'a b'] }],
    ['entrypoint: []', { entrypoint: [] }],
    ['environment: [A=1, B=, C]', { environment: { A: '1', B: '', C: null } }],
    ['environment: {A: 1.0, B: yes, C: 010, D: true}', { environment: { A: '1', B: 'yes', C: '8', D: 'true' } }],
    ['stop_grace_period: 1m30s', { stopGraceMs: 90_000 }],
    ['stop_signal: 3', { stopSignal: 'SIGQUIT' }],
    ['restart: on-failure:3', { restart: { policy: 'on-failure', maxAttempts: 3, delayMs: null, windowMs: null } }],
    ['restart: no', { restart: { policy: 'no', maxAttempts: 0, delayMs: null, windowMs: null } }],
    ['deploy: {replicas: 3}', { replicas: 3 }],
    ['ulimits: {nofile: 5}', { ulimits: { nofile: { soft: 5, hard: 5 } } }],
    ['cap_add: [cap_net_admin, NET_ADMIN]', { capAdd: ['NET_ADMIN'] }],
    ['devices: ["/dev/null:r"]', { devices: [{ source: '/dev/null', target: '/dev/null', permissions: 'r' }] }],
    [
      'extra_hosts: {a: ["10.0.0.1", "::1"]}',
      {
        extraHosts: [
          { host: 'a', ip: '10.0.0.1' },
          { host: 'a', ip: '::1' },
        ],
      },
    ],
    ['init: yes', { init: true }],
    ['logging: {options: {max-size: 10m, max-file: 3}}', { logging: { maxSizeBytes: 10 * MIB, maxFile: 3 } }],
    ['network_mode: host', { namespaces: { network: { kind: 'host' } } }],
    ['pid: container:x', { namespaces: { pid: { kind: 'container', container: 'x' } } }],
    ['healthcheck: {test: exit 0}', { healthcheck: { test: ['/bin/sh', '-c', 'exit 0'], disable: false } }],
    ['healthcheck: {test: [NONE]}', { healthcheck: { disable: true } }],
    ['x-berth: {on_unhealthy: restart}', { onUnhealthy: 'restart' }],
    ['x-any: 1', {}],
  ])('%s', async (keys, expected) => {
    expect(await loadService(keys)).toMatchObject(expected);
  });
});

describe('limits', () => {
  test.each<[string, object]>([
    ['mem_limit: 512m', { memoryBytes: 512 * MIB, memorySwapBytes: 1024 * MIB }],
    ['mem_limit: 1g\nmemswap_limit: -1', { memorySwapBytes: -1 }],
    ['deploy: {resources: {limits: {memory: 1g, pids: 5, cpus: "0.5"}}}', { pidsLimit: 5, cpuQuotaUs: 50_000 }],
    ['cpus: 1.5', { cpus: 1.5, cpuQuotaUs: 150_000, cpuPeriodUs: 100_000 }],
    ['cpu_quota: 20000', { cpuQuotaUs: 20_000, cpuPeriodUs: 100_000 }],
    ['pids_limit: 0', { pidsLimit: null }],
    ['pids_limit: -1', { pidsLimit: -1 }],
  ])('%s', async (keys, expected) => {
    expect((await loadService(keys)).resources).toMatchObject(expected);
  });
});

describe('mounts', () => {
  test.each<[string, object]>([
    [
      'volumes: ["./a:/a:ro,rslave"]',
      { type: 'bind', source: '<DIR>/a', createHostPath: true, readOnly: true, propagation: 'rslave' },
    ],
    ['volumes: [{type: bind, source: /a, target: /a}]', { createHostPath: true, propagation: 'rprivate' }],
    ['volumes: ["v:/d/:nocopy"]', { type: 'volume', volume: 'v', target: '/d', nocopy: true }],
    ['volumes: [/d]', { type: 'volume', volume: null, target: '/d' }],
    ['volumes: [{type: volume, source: v, target: /d, volume: {subpath: a}}]', { volume: 'v', subpath: 'a' }],
    ['volumes: [{type: tmpfs, target: /t, tmpfs: {size: 1m, mode: 0o1777}}]', { sizeBytes: MIB, mode: 0o1777 }],
    ['tmpfs: "/t:size=1m,mode=700,noexec"', { sizeBytes: MIB, mode: 0o700, options: ['noexec'] }],
  ])('%s', async (keys, expected) => {
    expect((await loadService(keys, 'volumes: {v: }\n')).mounts).toMatchObject([expected]);
  });
});

test('a namespace owner is a dependency, and its ipc is shareable', async () => {
  const { services } = await loadStack(serviceFile('ipc: service:db', '  db: {image: app}\n'));
  expect(services['web']?.dependsOn).toEqual({ db: { condition: 'service_started', restart: true, required: true } });
  expect(services['db']?.namespaces.ipc).toEqual({ kind: 'shareable' });
});

test.each([
  ['none', ['services.web.extra_hosts: host-gateway is the container itself: its network does not reach the host']],
  ['host', []],
])('host-gateway in network %s', async (mode, warnings) => {
  const stack = await loadStack(serviceFile(`extra_hosts: ["up=host-gateway"]\nnetwork_mode: ${mode}`));
  expect(stack.warnings.map((warning) => warning.replace(/^\S+:\d+:\d+: /, ''))).toEqual(warnings);
});

test.each(['mine', 'shop-db-1'])('a container of the stack, named %s, is its service', async (name) => {
  const named = name === 'mine' ? ', container_name: mine' : '';
  const file = serviceFile(`network_mode: container:${name}\npid: container:others`, `  db: {image: app${named}}\n`);
  const web = (await loadStack(file)).services['web'];
  expect(web?.namespaces).toMatchObject({
    network: { kind: 'service', service: 'db' },
    pid: { kind: 'container', container: 'others' },
  });
  expect(web?.dependsOn).toEqual({ db: { condition: 'service_started', restart: true, required: true } });
});

test('volume names', async () => {
  const file = serviceFile(
    'volumes: ["a:/a", "b:/b", "c:/c"]',
    'volumes: {a: , b: {name: mine}, c: {external: true}, unused: }\n',
  );
  const { volumes } = await loadStack(file);
  expect(Object.values(volumes).map(({ name, external }) => [name, external])).toEqual([
    ['shop_a', false],
    ['mine', false],
    ['c', true],
  ]);
});
