// One container from start to exit; a stack's further container against the barest of peers.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { busyboxImage, stackText } from '../fixtures.mjs';
import { compare, isInstalled, run, succeeds } from '../measure.mjs';
import { atMost, ms, plain } from '../table.mjs';

const BUDGET_MS = 45_000;

export function container({ own, rounds, writeStack, rootDir, scratch, timeLeftMs }) {
  const one = writeStack('one', stackText(1));
  const many = writeStack('many', stackText(50));
  const contestants = { one: () => up(own, one), many: () => up(own, many) };
  const commands = Object.entries(bareCommands(rootDir, scratch));
  // One that can't run here at all, for want of a right of root, is left out and named.
  const working = commands.filter(([, command]) => succeeds(command));
  const refused = commands.filter((entry) => !working.includes(entry)).map(([name]) => name);
  for (const [name, command] of working) contestants[name] = () => run(command);
  const result = compare(contestants, {
    rounds: Math.max(2, rounds >> 1),
    budgetMs: Math.min(BUDGET_MS, timeLeftMs()),
  });
  const further = (result.many - result.one) / 49;
  const others = working.map(([name]) => name).filter((name) => name !== 'bwrap');
  return [
    result.bwrap === undefined
      ? plain('each further container of `up`', ms(further), 'bwrap is not installed')
      : atMost('each further container of `up`', further, '`bwrap --unshare-all true`', result.bwrap, 1),
    ...others.map((name) => plain(`start to exit, ${name}`, '', ms(result[name]))),
    ...refused.map((name) => plain(`start to exit, ${name}`, '', 'does not run on this host')),
  ];
}

function bareCommands(rootDir, scratch) {
  const commands = {};
  if (isInstalled('bwrap')) {
    const view = ['--ro-bind', rootDir, '/', '--proc', '/proc', '--dev', '/dev'];
    commands.bwrap = ['bwrap', '--unshare-all', ...view, '/bin/true'];
  }
  if (isInstalled('runc')) {
    const bundle = join(scratch, 'bundle');
    mkdirSync(bundle, { recursive: true });
    run(['runc', 'spec', '-b', bundle]);
    const config = join(bundle, 'config.json');
    const spec = JSON.parse(readFileSync(config, 'utf8'));
    spec.root = { path: rootDir, readonly: true };
    spec.process = { ...spec.process, terminal: false, args: ['/bin/true'], rlimits: [] };
    spec.linux.cgroupsPath = '/berth-bench/runc';
    writeFileSync(config, JSON.stringify(spec));
    commands.runc = ['runc', '--root', join(scratch, 'runc'), 'run', '-b', bundle, 'berthbench'];
  }
  if (isInstalled('podman')) commands.podman = ['podman', 'run', '--rm', '--network=none', busyboxImage, 'true'];
  return commands;
}

function up(composer, file) {
  const elapsedMs = run(composer.compose(file, 'up', '-d'));
  run(composer.compose(file, 'down'));
  return elapsedMs;
}
