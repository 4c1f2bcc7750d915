// up, no-op up, one changed limit and down of stacks of 1, 10 and 50 services, right after one another and in rounds: the
// median of three, or of as many as fit.

import { stackText } from '../fixtures.mjs';
import { runWithin, succeeds } from '../measure.mjs';
import { fasterBy, ms, plain } from '../table.mjs';

/** Of one composer for one size. What doesn't fit is stopped, and the sizes above it aren't tried. */
const BUDGET_MS = 40_000;
const ROUNDS = 3;
const STEPS = ['up', 'noop', 'change', 'down'];

export function stacks({ own, peers: present, sizes, writeStack, timeLeftMs }) {
  const trial = writeStack('trial', stackText(1));
  const peers = present.filter((peer) => {
    const works = succeeds(peer.compose(trial, 'up', '-d')) && succeeds(peer.compose(trial, 'down'));
    if (!works) peer.clean();
    return works;
  });
  const figures = present
    .filter((peer) => !peers.includes(peer))
    .map(({ name }) => plain('stacks', '', `${name} does not run on this host`));
  const tooSlow = new Map();
  for (const size of sizes) {
    const files = {
      before: writeStack(`stack${size}`, stackText(size)),
      changed: writeStack(`stack${size}`, stackText(size, { limitOfFirst: '96m' }), 'changed'),
    };
    const results = new Map();
    for (const composer of [own, ...peers.filter((peer) => !tooSlow.has(peer.name))]) {
      const result = runSteps(composer, files, Math.min(BUDGET_MS, timeLeftMs()));
      results.set(composer.name, result);
      if (Object.values(result).some(({ stopped }) => stopped)) tooSlow.set(composer.name, size);
    }
    figures.push(...STEPS.flatMap((step) => stepFigure(step, size, results, own.name)));
    for (const [name, at] of tooSlow) {
      if (at < size) figures.push(plain(`stacks of ${size}`, '', `${name} not tried: stopped at ${at} services`));
    }
  }
  return figures;
}

/** @returns {Record<string, import('../measure.mjs').Sample>} by step; those after one that was stopped are missing */
function runSteps(composer, files, budgetMs) {
  const endMs = performance.now() + budgetMs;
  const rounds = [];
  let longestMs = 0;
  do {
    const startMs = performance.now();
    rounds.push(runRound(composer, files, endMs - startMs));
    longestMs = Math.max(longestMs, performance.now() - startMs);
    if (Object.values(rounds.at(-1)).some(({ stopped }) => stopped)) break;
  } while (rounds.length < ROUNDS && endMs - performance.now() > 2 * longestMs);
  if (rounds.length < ROUNDS) return rounds[0];
  return Object.fromEntries(STEPS.map((step) => [step, medianOf(rounds.map((samples) => samples[step]))]));
}

function medianOf(samples) {
  return samples.toSorted((a, b) => a.ms - b.ms)[samples.length >> 1];
}

function runRound(composer, { before, changed }, budgetMs) {
  const commands = {
    up: composer.compose(before, 'up', '-d'),
    noop: composer.compose(before, 'up', '-d'),
    change: composer.compose(changed, 'up', '-d'),
    down: composer.compose(changed, 'down'),
  };
  const samples = {};
  let leftMs = budgetMs;
  for (const step of STEPS) {
    samples[step] = runWithin(commands[step], leftMs);
    if (samples[step].stopped) {
      composer.clean?.();
      break;
    }
    leftMs = Math.max(1000, leftMs - samples[step].ms);
  }
  return samples;
}

function stepFigure(step, size, results, ownName) {
  const name = `${step} of ${size} service${size === 1 ? '' : 's'}`;
  const own = results.get(ownName)[step];
  if (own === undefined || own.stopped) throw new Error(`${name}: Berth took more than its part of the time`);
  const others = [...results].filter(([composer]) => composer !== ownName);
  const rivals = others.flatMap(([composer, samples]) => (samples[step] ? [{ name: composer, ...samples[step] }] : []));
  const missing = others.filter(([, samples]) => samples[step] === undefined);
  const notes = missing.map(([composer]) => plain(name, '', `${composer} not measured: stopped in a step before`));
  if (rivals.length === 0) {
    return [plain(name, ms(own.ms), missing.length > 0 ? '' : 'no peer is installed and running'), ...notes];
  }
  return [fasterBy(name, own.ms, rivals, size === 50 && (step === 'up' || step === 'down') ? 15 : undefined), ...notes];
}
