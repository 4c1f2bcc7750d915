import { describe, expect, test } from 'vitest';
import { drawnErrors, type ProjectFiles, serviceFile } from '../../support/stack-file.js';

/** Sections below a service, with the place of one more key, and the keys that they have. */
const SECTIONS: readonly (readonly [string, string])[] = [
  ['healthcheck: {%}', 'test interval timeout retries start_period start_interval disable'],
  [
    'deploy: {%}',
    'mode replicas resources restart_policy endpoint_mode placement update_config rollback_config labels',
  ],
  ['deploy: {resources: {%}}', 'limits reservations'],
  ['deploy: {resources: {limits: {%}}}', 'cpus memory pids'],
  ['deploy: {resources: {reservations: {%}}}', 'cpus memory devices generic_resources'],
  ['deploy: {restart_policy: {%}}', 'condition delay max_attempts window'],
  ['blkio_config: {%}', 'weight weight_device device_read_bps device_write_bps device_read_iops device_write_iops'],
  ['blkio_config: {weight_device: [{path: /dev/x, weight: 10, %}]}', 'path weight'],
  ['blkio_config: {device_read_bps: [{path: /dev/x, rate: 1, %}]}', 'path rate'],
  ['logging: {%}', 'driver options'],
  ['logging: {options: {%}}', 'max-size max-file'],
  ['volumes: [{type: volume, target: /a, %}]', 'type source target read_only consistency bind volume tmpfs'],
  ['volumes: [{type: bind, source: /a, target: /a, bind: {%}}]', 'propagation create_host_path recursive selinux'],
  ['volumes: [{type: volume, target: /a, volume: {%}}]', 'nocopy subpath'],
  ['volumes: [{type: tmpfs, target: /a, tmpfs: {%}}]', 'size mode'],
  ['ulimits: {nofile: {soft: 1, hard: 2, %}}', 'soft hard'],
  ['depends_on: {db: {condition: service_started, %}}', 'condition restart required'],
  ['devices: [{source: /dev/null, %}]', 'source target permissions'],
  ['env_file: [{path: x.env, required: false, %}]', 'path required format'],
  ['x-berth: {%}', 'on_unhealthy'],
];

/** The same for an entry of `images:`. */
const IMAGE_SECTIONS: readonly (readonly [string, string])[] = [
  ['{%}', 'base layers config'],
  ['{base: {rootfs: ./tree, %}}', 'debian rootfs archive layout image'],
  ['{base: {debian: {suite: bookworm, %}}}', 'suite packages mirror variant'],
  ['{layers: [{run: "true", %}]}', 'copy run packages'],
  ['{layers: [{copy: {from: a, to: /a, %}}]}', 'from to chown chmod'],
  ['{config: {%}}', 'entrypoint command env workdir user exposed_ports volumes labels stop_signal healthcheck'],
  ['{config: {healthcheck: {%}}}', 'test interval timeout retries start_period start_interval disable'],
];

const VOLUME_SECTIONS: readonly (readonly [string, string])[] = [
  ['{%}', 'name driver driver_opts external labels'],
  ['{driver_opts: {%}}', 'type o device'],
];

function typoOf(key: string): string {
  return key.length < 4 ? `${key}q` : `${key.slice(0, -2)}${key.at(-1)}${key.at(-2)}`;
}

function cases(sections: readonly (readonly [string, string])[]): [string, string, string][] {
  return sections.flatMap(([section, keys]) =>
    keys.split(' ').map((key): [string, string, string] => [typoOf(key), section, key]),
  );
}

async function expectTold(files: ProjectFiles, typo: string, key: string): Promise<void> {
  const drawn = await drawnErrors(files);
  expect(drawn).toMatch(new RegExp(`\\.${typo}: unknown (key|log option)\\n`));
  // A short word is near to several.
  expect(drawn).toMatch(key.length > 3 ? `did you mean '${key}'?` : /unknown/);
}

describe('services', () => {
  test.each(cases(SECTIONS))('%s in %s', async (typo, section, key) => {
    await expectTold(serviceFile(section.replace('%', `${typo}: 1`), '  db: {image: app}\n'), typo, key);
  });
});

describe('images', () => {
  test.each(cases(IMAGE_SECTIONS))('%s in %s', async (typo, section, key) => {
    await expectTold(serviceFile('tty: true', `images:\n  app: ${section.replace('%', `${typo}: 1`)}\n`), typo, key);
  });
});

describe('volumes', () => {
  test.each(cases(VOLUME_SECTIONS))('%s in %s', async (typo, section, key) => {
    await expectTold(serviceFile('tty: true', `volumes:\n  data: ${section.replace('%', `${typo}: 1`)}\n`), typo, key);
  });
});

test.each(['service', 'servces', 'volume', 'image', 'nam'])('%s at the top', async (typo) => {
  const drawn = await drawnErrors({ 'compose.yaml': `services:\n  web: {image: app}\n${typo}: {}\n` });
  expect(drawn).toContain(`${typo}: unknown key`);
  expect(drawn).toMatch(/did you mean '(services|volumes|images|name)'\?/);
});
