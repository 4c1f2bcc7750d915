// What is measured. Each case returns its figures; one that lacks its peer says so in the table.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { busyboxImage, layeredImage, makeLayeredArchive, stackText } from './fixtures.mjs';
import { compare, isInstalled, output, run, succeeds } from './measure.mjs';
import { atMost, fasterBy, ms, plain } from './table.mjs';

/** How long a command takes that has nothing to do, as a multiple of starting Node. */
export function startup({ own, rounds, writeStack }) {
  const file = writeStack('noop', stackText(10));
  run(own.compose(file, 'up', '-d'));
  const result = compare(
    {
      node: () => run([process.execPath, '-e', '0']),
      version: () => run([own.program, 'version']),
      noop: () => run(own.compose(file, 'up', '-d')),
    },
    rounds,
  );
  run(own.compose(file, 'down'));
  return [
    atMost('`berth version`', result.version, '`node -e 0`', result.node, 1.15),
    atMost('no-op `up` of 10 services', result.noop, '`node -e 0`', result.node, 2.5),
  ];
}

/** One container from start to exit; a stack's further container against the barest of peers. */
export function container({ own, rounds, writeStack, rootDir, scratch }) {
  const one = writeStack('one', stackText(1));
  const many = writeStack('many', stackText(50));
  const contestants = {
    one: () => upAndDown(own, one).up,
    many: () => upAndDown(own, many).up,
  };
  const commands = Object.entries(bareCommands(rootDir, scratch));
  // One that can't run here at all, for want of a right of root, is left out and named.
  const working = commands.filter(([, command]) => succeeds(command));
  const refused = commands.filter((entry) => !working.includes(entry)).map(([name]) => name);
  for (const [name, command] of working) contestants[name] = () => run(command);
  const result = compare(contestants, Math.max(2, rounds >> 1));
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

function upAndDown(composer, file) {
  const up = run(composer.compose(file, 'up', '-d'));
  const down = run(composer.compose(file, 'down'));
  return { up, down };
}

/** up, no-op up, one changed limit and down of stacks of 1, 10 and 50 services. */
export function stacks({ own, peers: present, sizes, writeStack }) {
  const trial = writeStack('trial', stackText(1));
  const peers = present.filter((peer) => succeeds(peer.compose(trial, 'up', '-d')));
  for (const peer of peers) run(peer.compose(trial, 'down'));
  const figures = present
    .filter((peer) => !peers.includes(peer))
    .map(({ name }) => plain('stacks', '', `${name} does not run on this host`));
  for (const size of sizes) {
    const before = writeStack(`stack${size}`, stackText(size));
    const changed = writeStack(`changed${size}`, stackText(size, { limitOfFirst: '96m' }));
    const results = new Map();
    for (const composer of [own, ...peers]) {
      const up = run(composer.compose(before, 'up', '-d'));
      const noop = run(composer.compose(before, 'up', '-d'));
      const change = run(composer.compose(changed, 'up', '-d'));
      const down = run(composer.compose(changed, 'down'));
      results.set(composer.name, { up, noop, change, down });
    }
    for (const step of ['up', 'noop', 'change', 'down']) {
      const name = `${step} of ${size} service${size === 1 ? '' : 's'}`;
      const ownMs = results.get(own.name)[step];
      const rivals = peers.map((peer) => [peer.name, results.get(peer.name)[step]]);
      const [fastest] = rivals.sort((a, b) => a[1] - b[1]);
      if (fastest === undefined) figures.push(plain(name, ms(ownMs), 'no peer is installed and running'));
      else if (size === 50 && (step === 'up' || step === 'down')) figures.push(fasterBy(name, ownMs, ...fastest, 15));
      else figures.push({ ...fasterBy(name, ownMs, ...fastest, 1), target: '', met: undefined });
    }
  }
  return figures;
}

/** A changed memory limit: the same process, and how long it takes until the kernel has it. */
export function changedLimit({ own, rounds, writeStack }) {
  const small = writeStack('limit', stackText(10));
  const large = writeStack('limit', stackText(10, { limitOfFirst: '96m' }), 'large');
  run(own.compose(small, 'up', '-d'));
  const pid = pidsOf(own, small)[0];
  let flip = false;
  const result = compare(
    {
      node: () => run([process.execPath, '-e', '0']),
      change: () => {
        flip = !flip;
        return run(own.compose(flip ? large : small, 'up', '-d'));
      },
    },
    rounds,
  );
  const same = pidsOf(own, small)[0] === pid;
  run(own.compose(small, 'down'));
  const figure = atMost('changed memory limit in force', result.change, '`node -e 0`', result.node, 3);
  return [{ ...figure, value: `${figure.value}, ${same ? 'same pid' : 'ANOTHER pid'}`, met: figure.met && same }];
}

function pidsOf(own, file) {
  const lines = output(own.compose(file, 'ps', '--format', 'json'))
    .trim()
    .split('\n');
  return lines.filter(Boolean).flatMap((line) => [JSON.parse(line)].flat().map((entry) => entry.Pid));
}

/** Proportional memory of the shims, after a restart and a health check each. */
export function memory({ own, writeStack }) {
  const probe = '    healthcheck: { test: ["CMD", "true"], interval: 1s }';
  const figures = [];
  for (const size of [1, 50]) {
    const file = writeStack(`memory${size}`, stackText(size, { extra: probe }));
    run(own.compose(file, 'up', '-d', '--wait'));
    run(own.compose(file, 'restart', '-t', '0'));
    run(own.compose(file, 'up', '-d', '--wait'));
    const sizes = shimsOf(pidsOf(own, file)).map(proportionalKb);
    run(own.compose(file, 'down'));
    const mean = sizes.reduce((sum, kb) => sum + kb, 0) / sizes.length;
    const target = size === 50 ? { target: '< 150 kB', met: mean < 150 } : {};
    figures.push({ ...plain(`shim PSS, mean of ${sizes.length}`, `${mean.toFixed(0)} kB`), ...target });
  }
  return figures;
}

/** Each init's parent. */
function shimsOf(pids) {
  return pids.map((pid) => Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]));
}

function proportionalKb(pid) {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]);
}

/** Loading an image of several gzip layers, against GNU tar doing them one after another and podman load. */
export async function unpack({ own, scratch, rounds, layerDirs }) {
  const { archive, layers } = await makeLayeredArchive(scratch, layerDirs);
  const treeDir = join(scratch, 'tree');
  const contestants = {
    berth: () => {
      const elapsedMs = run([...own.load, archive]);
      run([...own.load.slice(0, -1), 'rm', layeredImage]);
      return elapsedMs;
    },
    tar: () => {
      let elapsedMs = 0;
      for (const [index, layer] of layers.entries()) {
        const dir = join(treeDir, String(index));
        mkdirSync(dir, { recursive: true });
        elapsedMs += run(['tar', '-C', dir, '--xattrs', '--numeric-owner', '-xzf', layer]);
      }
      rmSync(treeDir, { recursive: true });
      return elapsedMs;
    },
  };
  if (isInstalled('podman')) {
    contestants.podman = () => {
      const elapsedMs = run(['podman', 'load', '-q', '-i', archive]);
      run(['podman', 'rmi', '-f', layeredImage], { allowFailure: true });
      return elapsedMs;
    };
  }
  const result = compare(contestants, Math.max(2, rounds >> 2));
  return [
    fasterBy(`unpacking ${layers.length} layers`, result.berth, 'GNU tar', result.tar, 1),
    ...(result.podman === undefined ? [] : [fasterBy('the same', result.berth, 'podman load', result.podman, 2)]),
  ];
}

/** Directories of this host that are there, as layers; large enough to measure, small enough to wait for. */
export function layerDirsOf() {
  const names = readdirSync('/usr').filter((name) => ['bin', 'share', 'include', 'sbin'].includes(name));
  return names.map((name) => `usr/${name}`);
}
