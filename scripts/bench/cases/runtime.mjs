// `berth-runtime` on its own: one hardened bundle, started by it and by runc, and what bwrap needs for less.

import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stackText } from '../fixtures.mjs';
import { compare, isInstalled, run } from '../measure.mjs';
import { atMost, fasterBy, ms, plain } from '../table.mjs';

/** Runs in one sample: a shell starts them, since Node's own fork takes as long as a container. */
const RUNS = 10;
const WORKERS = 2;
const BUDGET_MS = 60_000;

/** @returns {Promise<import('../table.mjs').Figure[]>} */
export async function runtime({ own, checkout, rounds, writeStack, rootDir, scratch, timeLeftMs }) {
  const peers = ['runc', 'bwrap'].filter(isInstalled);
  const states = mkdtempSync('/dev/shm/berth-bench-');
  const bundles = makeBundles(own, writeStack, rootDir, scratch);
  const commands = {
    berth: (worker) => [join(checkout, 'build/Release/berth-runtime'), ...runOf(join(states, 'b'), bundles, worker)],
    runc: (worker) => ['runc', ...runOf(join(states, 'r'), bundles, worker)],
    bwrap: () => ['bwrap', '--unshare-all', '--ro-bind', rootDir, '/', '--proc', '/proc', '--dev', '/dev', '/bin/true'],
  };
  const names = ['berth', ...peers];
  const budgetMs = Math.min(BUDGET_MS, timeLeftMs()) / 2;
  try {
    const one = compare(Object.fromEntries(names.map((name) => [name, () => sequence(commands[name](0))])), {
      rounds,
      budgetMs,
    });
    const rates = await rateOf(
      names.filter((name) => name !== 'bwrap'),
      commands,
      Math.max(3, rounds >> 2),
      budgetMs,
    );
    return figures(one, rates);
  } finally {
    rmSync(states, { recursive: true });
  }
}

function figures(one, rates) {
  const perSecond = (value) => `${Math.round(1000 / value)} a second`;
  return [
    one.runc === undefined
      ? plain('`berth-runtime run` of `true`', ms(one.berth), 'runc is not installed')
      : fasterBy(
          '`berth-runtime run` of `true`, hardened',
          one.berth,
          [{ name: 'runc, same bundle', ms: one.runc }],
          5,
        ),
    ...(one.bwrap === undefined ? [] : [atMost('the same', one.berth, '`bwrap --unshare-all true`', one.bwrap, 1)]),
    ...(rates.runc === undefined
      ? [plain('containers made and removed on two cores', perSecond(rates.berth))]
      : [
          {
            ...fasterBy('', rates.berth, [{ name: 'runc', ms: rates.runc }], 6),
            name: 'containers made and removed on two cores',
            value: perSecond(rates.berth),
            against: `runc ${perSecond(rates.runc)}`,
          },
        ]),
  ];
}

function runOf(state, bundles, worker) {
  return ['--root', state, 'run', '-b', bundles[worker], `berthbench${worker}`];
}

/** A shell that runs a command so many times and stops at the first failure. */
function loop(command, times) {
  return [
    '-c',
    'n=$1; shift; while [ "$n" -gt 0 ]; do "$@" </dev/null || exit 1; n=$((n - 1)); done',
    'sh',
    `${times}`,
    ...command,
  ];
}

/** Milliseconds of one run, of several one after another. */
function sequence(command) {
  const startedAt = performance.now();
  const { status, stderr } = spawnSync('sh', loop(command, RUNS), { stdio: ['ignore', 'ignore', 'pipe'] });
  if (status !== 0) throw new Error(`${command[0]}: exit ${status}: ${stderr}`);
  return (performance.now() - startedAt) / RUNS;
}

/** Milliseconds for each container where two loops run beside one another; the medians of turns. */
async function rateOf(names, commands, rounds, budgetMs) {
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  const endAt = performance.now() + budgetMs;
  for (let round = 0; round < rounds && (round < 1 || performance.now() < endAt); round++) {
    for (const name of names) samples[name].push(await together(commands[name]));
  }
  return Object.fromEntries(
    names.map((name) => [name, samples[name].sort((a, b) => a - b)[samples[name].length >> 1]]),
  );
}

async function together(commandOf) {
  const startedAt = performance.now();
  const ends = Array.from({ length: WORKERS }, (_, worker) => {
    const command = loop(commandOf(worker), 2 * RUNS);
    const child = spawn('taskset', ['-c', '0,1', 'sh', ...command], { stdio: 'ignore' });
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) =>
        code === 0 ? resolve() : reject(new Error(`${commandOf(worker)[0]}: exit ${code}`)),
      );
    });
  });
  await Promise.all(ends);
  return (performance.now() - startedAt) / (WORKERS * 2 * RUNS);
}

/** Bundles with what `up` gives a service by default, and limits: masks, capabilities, filter, devices, namespaces. */
function makeBundles(own, writeStack, rootDir, scratch) {
  const limits = ['pids_limit: 100', 'cpus: 1', 'read_only: true', 'security_opt: [no-new-privileges]'];
  const file = writeStack('runtime', stackText(1, { extra: limits.map((line) => `    ${line}`).join('\n') }));
  run(own.compose(file, 'up', '-d'));
  const containers = join(scratch, 'root/containers');
  const [id = ''] = readdirSync(containers);
  const spec = JSON.parse(readFileSync(join(containers, id, 'config.json'), 'utf8'));
  run(own.compose(file, 'down'));
  return Array.from({ length: WORKERS }, (_, worker) => {
    const bundle = join(scratch, `runtime-bundle-${worker}`);
    mkdirSync(bundle, { recursive: true });
    spec.root.path = rootDir;
    spec.process.args = ['/bin/true'];
    spec.mounts = spec.mounts.filter(({ destination }) => !destination.startsWith('/etc/'));
    spec.linux.cgroupsPath = `/berth-bench/runtime-${worker}`;
    writeFileSync(join(bundle, 'config.json'), JSON.stringify(spec));
    return bundle;
  });
}
