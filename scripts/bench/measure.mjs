// Runs commands and times them. Peers take turns, so that a noisy moment hits all of them.

import { spawnSync } from 'node:child_process';

/** Of one command, where nothing else is said. */
const COMMAND_LIMIT_MS = 120_000;

/**
 * What was measured of one contestant. `stopped`: it took longer than `ms`, where it was ended.
 * @typedef {{ ms: number, stopped: boolean }} Sample
 */

/**
 * Runs a command to its end.
 * @returns {number} wall time in milliseconds
 * @throws Error where it fails or takes longer than `limitMs`; `stopped` tells which
 */
export function run([program, ...args], { env = {}, allowFailure = false, limitMs = COMMAND_LIMIT_MS } = {}) {
  const startedAt = process.hrtime.bigint();
  const { status, error, stderr, signal } = spawnSync(program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
    maxBuffer: 64 << 20,
    timeout: Math.max(1, Math.round(limitMs)),
    killSignal: 'SIGKILL',
  });
  const elapsedMs = Number(process.hrtime.bigint() - startedAt) / 1e6;
  if ((error || status !== 0) && !allowFailure) {
    const reason = error?.message ?? `exit ${status ?? signal}`;
    const failure = new Error(`${program} ${args.join(' ')}: ${reason}: ${stderr}`);
    throw Object.assign(failure, { stopped: error?.code === 'ETIMEDOUT' });
  }
  return elapsedMs;
}

/**
 * The same, where being too slow is a result.
 * @returns {Sample}
 */
export function runWithin(command, limitMs) {
  try {
    return { ms: run(command, { limitMs }), stopped: false };
  } catch (error) {
    if (!error.stopped) throw error;
    return { ms: limitMs, stopped: true };
  }
}

/** @returns {string} what a command prints; empty where it fails */
export function output([program, ...args]) {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8', timeout: COMMAND_LIMIT_MS });
  return status === 0 ? stdout : '';
}

export function succeeds([program, ...args]) {
  return spawnSync(program, args, { stdio: 'ignore', timeout: COMMAND_LIMIT_MS }).status === 0;
}

export function isInstalled(program) {
  return output(['sh', '-c', `command -v ${program}`]) !== '';
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Times several things in turn, `rounds` times each, after one round that is not counted. Each has an equal part of the
 * budget, counted with what it does between its samples; who has used it up is measured no more, with as many samples as
 * there are: the first one counts where it is the only one.
 * @param {Record<string, () => number>} contestants each returns milliseconds
 * @returns {Record<string, number>} medians
 */
export function compare(contestants, { rounds, budgetMs }) {
  const each = budgetMs / Object.keys(contestants).length;
  const entries = Object.entries(contestants).map(([name, sample]) => ({ name, sample, samples: [], spentMs: 0 }));
  for (let round = 0; round <= rounds; round++) {
    for (const entry of entries.filter(({ spentMs }) => spentMs < each)) {
      const startedAt = performance.now();
      entry.samples.push(entry.sample());
      entry.spentMs += performance.now() - startedAt;
    }
  }
  return Object.fromEntries(
    entries.map(({ name, samples }) => [name, median(samples.length > 1 ? samples.slice(1) : samples)]),
  );
}
