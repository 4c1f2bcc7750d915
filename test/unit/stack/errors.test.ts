import { expect, test } from 'vitest';
import { service } from '../../../src/stack/schema/service.js';
import { drawnErrors, serviceFile } from '../../support/stack-file.js';

test('all errors of a file are told at once, each drawn', async () => {
  const text = `services:
  web:
    imagee: app
    mem_limit: 12x
    depends_on: [dbb]
  db:
    image: app
    cpus: many
`;
  expect(await drawnErrors({ 'compose.yaml': text })).toMatchInlineSnapshot(`
    "compose.yaml:2:3: services.web: missing key 'image'
        web:
        ^~~

    compose.yaml:3:5: services.web.imagee: unknown key
          imagee: app
          ^~~~~~
      did you mean 'image'?

    compose.yaml:4:16: services.web.mem_limit: expected a size such as 512m or 1.5gb, found '12x'
          mem_limit: 12x
                     ^~~

    compose.yaml:5:18: services.web.depends_on[0]: there is no service 'dbb'
          depends_on: [dbb]
                       ^~~
      did you mean 'db'?

    compose.yaml:8:11: services.db.cpus: expected a number of cpus such as 0.5, found 'many'
          cpus: many
                ^~~~
    "
  `);
});

test('two services of one container name are told, also across files', async () => {
  const files = {
    'compose.yaml': 'services:\n  a: {image: app, container_name: one}\n',
    'over.yaml': 'services:\n  b: {image: app, container_name: one}\n',
  };
  expect(await drawnErrors(files, { files: ['compose.yaml', 'over.yaml'] })).toMatchInlineSnapshot(`
    "over.yaml:2:35: services.b.container_name: 'one' is already the name of service 'a'
        b: {image: app, container_name: one}
                                        ^~~
    "
  `);
});

/** Keys of service `web` that are wrong; what is told about them is in the snapshot. */
const wrong = [
  'mem_limit: 12x',
  'pids_limit: -2',
  'cpus: fast',
  'cpu_quota: 10',
  'cpu_period: 10',
  'cpu_period: 60ms',
  'cpu_shares: -1',
  'cpuset: a-b',
  'mem_swappiness: 101',
  'mem_limit: 1g\nmemswap_limit: 512m',
  'memswap_limit: 1g',
  'mem_limit: 1g\nmem_reservation: 2g',
  'oom_score_adj: 1001',
  'stop_grace_period: 10',
  'stop_signal: SIGTREM',
  'restart: sometimes',
  'container_name: a',
  'container_name: one\nscale: 2',
  'scale: 2\ndeploy: {replicas: 3}',
  'mem_limit: 1g\ndeploy: {resources: {limits: {memory: 2g}}}',
  'hostname: 123',
  'user: "a b"',
  'working_dir: here',
  'command: echo a && echo b',
  'command: echo "a',
  'cap_add: [NET_ADMN]',
  'ulimits: {nofile: {soft: 2, hard: 1}}',
  'ulimits: {nofiles: 1}',
  'sysctls: {vm.swappiness: 1}',
  'sysctls: {net.core.somaxconn: 1}\nnetwork_mode: host',
  'sysctls: [kernel.shmmax=1]\nipc: container:other',
  'devices: [null0]',
  'devices: ["/dev/null:/dev/null:q"]',
  'device_cgroup_rules: ["x 1:3 rwm"]',
  'extra_hosts: ["here"]',
  'extra_hosts: ["a=10.0.0.1"]\nnetwork_mode: container:other',
  'network_mode: bridge',
  'network_mode: service:nobody',
  'ipc: shareble',
  'userns_mode: private',
  'cgroup: service:web',
  'uts: host\nhostname: a',
  'pid: service:web',
  'depends_on: {web: {condition: service_started}}',
  'depends_on: {db: {condition: service_health}}',
  'healthcheck: {test: [redis-cli, ping]}',
  'healthcheck: {interval: 30}',
  'logging: {driver: journald}',
  'logging: {options: {max-sizes: 10m}}',
  'volumes: ["data:/data"]',
  'volumes: ["./a:b"]',
  'volumes: ["/a:/b:ro:c"]',
  'volumes: ["/a:/b:rx"]',
  'volumes: [{type: bind, target: /a}]',
  'volumes: [{type: volume, source: v, target: /a, volume: {subpath: ../b}}]',
  'volumes: [{type: tmpfs, target: /a, bind: {propagation: shared}}]',
  'tmpfs: ["/run:sise=1m"]',
  'blkio_config: {weight: 5000}',
  'env_file: missing.env',
  'networks: [front]',
  'ports: ["80:80"]',
  'build: .',
  'security_opt: [no-new-privileges:maybe]',
  'security_opt: [seccomp=missing.json]',
  'security_opt: [secomp=unconfined]',
  'security_opt: ["apparmor=docker-default"]',
  'pids_limit: 1.5',
  'cpus: -1',
  'cpus: 0.001',
  'cpus: 1\ncpu_quota: 1000',
  'cpu_quota: -2',
  'cpu_period: 1000001',
  'cpu_shares: 262145',
  'cpuset: 0,',
  'mem_limit: -1',
  'mem_limit: 8p',
  'memswap_limit: -2',
  'mem_swappiness: -2',
  'oom_score_adj: -1001',
  'shm_size: big',
  'scale: -1',
  'ulimits: {nofile: -2}',
  'ulimits: {nofile: {soft: -1, hard: 1}}',
  'ulimits: {nofile: {soft: 1}}',
  'blkio_config: {weight_device: [{path: /dev/vda, weight: 9}]}',
  'blkio_config: {device_read_bps: [{path: /dev/vda}]}',
  'blkio_config: {device_write_iops: [{path: /dev/vda, rate: 0}]}',
  'healthcheck: {test: "true", retries: -1}',
  'healthcheck: {test: "true", timeout: soon}',
  'healthcheck: {test: []}',
  'logging: {options: {max-size: 0}}',
  'logging: {options: {max-file: 0}}',
  'deploy: {replicas: many}',
  'deploy: {mode: global}',
  'deploy: {restart_policy: {condition: always}}',
  'deploy: {resources: {limits: {pids: none}}}',
  'deploy: {resources: {reservations: {devices: []}}}',
  'volumes: [{type: tmpfs, target: /a, tmpfs: {mode: 0o20000}}]',
  'volumes: [{type: npipe, target: /a}]',
  'volumes: [{type: bind, source: /a, target: /a, bind: {propagation: public}}]',
  'volumes: ["/a:/"]',
  'tmpfs: [run]',
  'user: 1000',
  'environment: {A: "${A:?give A}"}',
  'environment: {A: "${A"}',
  'init: perhaps',
  'image: app',
];

test.each(wrong)('%s', async (keys) => {
  const drawn = await drawnErrors(serviceFile(keys));
  expect(drawn).toMatch(/^compose\.yaml:\d+:\d+: .+\n {2}.+\n\s+\^~*\n/);
  expect(drawn).toMatchSnapshot();
});

function typoOf(key: string): string {
  return key.length < 3 ? `${key}q` : `${key.slice(0, -2)}${key.at(-1)}${key.at(-2)}q`;
}

test.each(Object.keys(service.shape).filter((key) => !key.startsWith('x-')))(
  'a typo in the key %s is told with the right name',
  async (key) => {
    const drawn = await drawnErrors(serviceFile(`${typoOf(key)}: 1`));
    expect(drawn).toContain(`services.web.${typoOf(key)}: unknown key`);
    if (key.length > 3) expect(drawn).toContain(`did you mean '${key}'?`);
  },
);
