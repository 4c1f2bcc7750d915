import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, vi } from 'vitest';
import type { Bench } from '../../support/cli.js';
import type { Group, Row } from './row.js';

const IMAGES = `
  checked:
    base: { image: box }
    config:
      stop_signal: SIGUSR2
      labels: { from: image, both: image }
      healthcheck: { test: 'echo image > /probe', interval: 1h, start_period: 1m, start_interval: 20ms }
`;

const awaitProbe = 'until [ -s /probe ]; do sleep 0.01; done; cat /probe';
const soon = 'interval: 20ms';

const health: readonly Row[] = [
  {
    name: 'healthcheck, CMD: runs as the container’s process does',
    keys: `user: guest\nworking_dir: /tmp\nenvironment: { A: one }\ntmpfs: ['/probes:mode=1777']\nhealthcheck: { test: [CMD, sh, -c, 'echo "$$(id -u) $$A $$(pwd) $$$$" > /probes/it'], ${soon} }`,
    run: 'until [ -s /probes/it ]; do sleep 0.01; done; cat /probes/it',
    prints: /^1000 one \/tmp \d+$/,
  },
  {
    name: 'healthcheck, CMD-SHELL',
    keys: `environment: { A: one }\nhealthcheck: { test: [CMD-SHELL, 'echo $$A two > /probe'], ${soon} }`,
    run: awaitProbe,
    prints: 'one two',
  },
  {
    name: 'healthcheck, a line',
    keys: `healthcheck: { test: 'echo three > /probe', ${soon} }`,
    run: awaitProbe,
    prints: 'three',
  },
  {
    name: 'healthcheck, start_interval within start_period',
    keys: 'healthcheck: { test: echo early > /probe, interval: 1h, start_period: 1h, start_interval: 20ms }',
    run: awaitProbe,
    prints: 'early',
  },
  { name: 'healthcheck, the image’s', keys: 'image: checked', run: awaitProbe, prints: 'image' },
  {
    name: 'healthcheck, the image’s with another interval',
    keys: `image: checked\nhealthcheck: { start_period: 0s, ${soon} }`,
    run: awaitProbe,
    prints: 'image',
  },
  {
    name: 'healthcheck, disable',
    keys: 'image: checked\nhealthcheck: { disable: true }',
    service: 'unchecked',
    run: '',
    prints: '',
    stays: true,
  },
  {
    name: 'healthcheck, NONE',
    keys: 'image: checked\nhealthcheck: { test: [NONE] }',
    service: 'none',
    run: '',
    prints: '',
    stays: true,
  },
  {
    name: 'healthcheck, succeeds',
    keys: `healthcheck: { test: 'true', ${soon} }`,
    service: 'good',
    run: '',
    prints: '',
    stays: true,
  },
  {
    name: 'healthcheck, retries',
    keys: `healthcheck: { test: 'false', ${soon}, retries: 2 }`,
    service: 'bad',
    run: '',
    prints: '',
    stays: true,
  },
  {
    name: 'healthcheck, timeout',
    keys: `healthcheck: { test: [CMD, sleep, '600'], ${soon}, retries: 1, timeout: 50ms }`,
    service: 'slow',
    run: '',
    prints: '',
    stays: true,
  },
  { name: 'health', outside: true, prints: 'bad unhealthy, good healthy, none -, slow unhealthy, unchecked -' },
];

const again = '[ -e /mark ] && echo second && exec sleep 600; touch /mark; echo first';
const twice = '[ -e /mark ] && echo second && exit 0; touch /mark; echo first; exit 3';

const restarts: readonly Row[] = [
  { name: 'restart, none', run: 'echo once', prints: 'once' },
  { name: 'restart: no', keys: "restart: 'no'", run: 'echo once', prints: 'once' },
  { name: 'restart: on-failure, of a good end', keys: 'restart: on-failure', run: 'echo once; exit 0', prints: 'once' },
  { name: 'restart: on-failure, of a bad end', keys: 'restart: on-failure', run: twice, prints: 'first\nsecond' },
  {
    name: 'restart: on-failure:N',
    keys: 'restart: on-failure:2',
    service: 'thrice',
    run: 'echo try; exit 3',
    stays: true,
    prints: 'try\ntry\ntry',
  },
  {
    name: 'restart: always',
    keys: 'restart: always',
    service: 'always',
    run: `${again}; exit 0`,
    stays: true,
    prints: 'first\nsecond',
  },
  {
    name: 'restart: unless-stopped',
    keys: 'restart: unless-stopped',
    service: 'unless',
    run: `${again}; exit 0`,
    stays: true,
    prints: 'first\nsecond',
  },
  {
    name: 'deploy.restart_policy',
    keys: 'restart: always\ndeploy: { restart_policy: { condition: on-failure, delay: 10ms, max_attempts: 1 } }',
    service: 'deployed',
    run: 'echo try; exit 3',
    stays: true,
    prints: 'try\ntry',
  },
];

const trapping = (signal: string) =>
  `trap 'echo ${signal}; exit 0' ${signal}; echo ready; while :; do sleep 0.01; done`;

const stops: readonly Row[] = [
  {
    name: 'stop_signal, none',
    service: 'term',
    run: trapping('TERM'),
    stays: true,
    prints: 'ready\nTERM',
  },
  {
    name: 'stop_signal',
    service: 'usr1',
    keys: 'stop_signal: USR1',
    run: trapping('USR1'),
    stays: true,
    prints: 'ready\nUSR1',
  },
  {
    name: 'stop_signal, a number',
    service: 'hup',
    keys: "stop_signal: '1'",
    run: trapping('HUP'),
    stays: true,
    prints: 'ready\nHUP',
  },
  {
    name: 'stop_signal, a real-time one',
    service: 'realtime',
    keys: 'stop_signal: SIGRTMIN+3',
    run: trapping('37'),
    stays: true,
    prints: 'ready\n37',
  },
  {
    name: 'stop_signal, the image’s',
    service: 'usr2',
    keys: 'image: checked',
    run: trapping('USR2'),
    stays: true,
    prints: 'ready\nUSR2',
  },
  {
    name: 'stop_signal, with init',
    service: 'reaped',
    keys: 'init: true\nstop_signal: USR1',
    run: trapping('USR1'),
    stays: true,
    prints: 'ready\nUSR1',
  },
  {
    name: 'stop_grace_period',
    service: 'deaf',
    keys: 'stop_grace_period: 1ms',
    run: "trap '' TERM; echo ready; while :; do sleep 0.01; done",
    stays: true,
    prints: 'ready',
  },
  { name: 'stop_grace_period, its end', outside: true, prints: '137' },
];

const filling = 'i=0; while [ $i -lt 60 ]; do echo "line $i of some length"; i=$((i + 1)); done';

const rest: readonly Row[] = [
  { name: 'logging, none', keys: 'logging: { driver: none }', service: 'silent', run: 'echo unseen', prints: '' },
  {
    name: 'logging, max-size and max-file',
    keys: "logging: { driver: json-file, options: { max-size: 1k, max-file: '2' } }",
    service: 'rotated',
    run: filling,
    prints: /^line \d+ of some length\n(.*\n)*line 59 of some length$/,
  },
  { name: 'logging, its files', outside: true, prints: 'json.log json.log.1' },
  {
    name: 'labels',
    service: 'labelled',
    keys: 'image: checked\nlabels: [own=1, both=service, empty]',
    run: '',
    prints: '',
  },
  { name: 'labels, as known outside', outside: true, prints: 'both=service empty= from=image own=1' },
  { name: 'container_name', service: 'called', keys: 'container_name: berthtest.called', run: '', prints: '' },
  { name: 'scale', service: 'scaled', keys: 'scale: 2', run: '', prints: '', stays: true },
  { name: 'deploy.replicas', service: 'replicated', keys: 'deploy: { replicas: 2 }', run: '', prints: '', stays: true },
  {
    name: 'names of containers',
    outside: true,
    prints: 'berthtest.called replicated-1 replicated-2 scaled-1 scaled-2',
  },
];

interface Inspected {
  readonly id: string;
  readonly name: string;
  readonly service: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly status: { readonly status: string; readonly health: string; readonly exitCode: number | null };
  readonly paths: { readonly log: string };
}

async function inspect({ ok }: Bench, ...services: string[]): Promise<readonly Inspected[]> {
  const found: Inspected[] = JSON.parse(await ok('inspect', ...services));
  return found;
}

const HEALTH = ['bad', 'good', 'none', 'slow', 'unchecked'];

async function outside(bench: Bench): Promise<Readonly<Record<string, string>>> {
  await vi.waitFor(
    async () => {
      const states = await inspect(bench);
      expect(states.filter(({ status }) => status.health === 'starting')).toEqual([]);
      const logs = await bench.ok(
        'logs',
        'always',
        'unless',
        'thrice',
        'deployed',
        'term',
        'usr1',
        'usr2',
        'realtime',
        'hup',
        'reaped',
      );
      expect(logs.match(/second|try|ready/g)).toHaveLength(2 + 3 + 2 + 6);
    },
    { timeout: 30_000, interval: 200 },
  );
  await bench.ok('stop', 'deaf');
  const all = await inspect(bench);
  const of = (service: string) => all.filter((one) => one.service === service);
  const labels = Object.entries(of('labelled')[0]?.labels ?? {}).filter(([name]) => !name.startsWith('com.docker.'));
  const log = of('rotated')[0]?.paths.log ?? '';
  return {
    health: HEALTH.map((name) => `${name} ${of(name)[0]?.status.health.replace('none', '-')}`).join(', '),
    'stop_grace_period, its end': String(of('deaf')[0]?.status.exitCode),
    'logging, its files': logFiles(log).sort().join(' '),
    'labels, as known outside': labels
      .map(([name, value]) => `${name}=${value}`)
      .sort()
      .join(' '),
    'names of containers': ['called', 'scaled', 'replicated']
      .flatMap(of)
      .map(({ name }) => name.replace(`${bench.stack}-`, ''))
      .sort()
      .join(' '),
  };
}

function logFiles(log: string): string[] {
  return readdirSync(dirname(log))
    .filter((name) => name.includes('-json.log'))
    .map((name) => name.replace(/^[0-9a-f]+-/, ''));
}

/** How it is watched, restarted, stopped and logged. */
export const lifeGroup: Group = { rows: [...health, ...restarts, ...stops, ...rest], images: IMAGES, outside };
