// Runs commands and times them. Peers take turns, so that a noisy moment hits all of them.

import { spawnSync } from 'node:child_process';

/**
 * Runs a command to its end.
 * @returns {number} wall time in milliseconds
 */
export function run([program, ...args], { env = {}, allowFailure = false } = {}) {
  const startedAt = process.hrtime.bigint();
  const { status, error, stderr, signal } = spawnSync(program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
    maxBuffer: 64 << 20,
  });
  const elapsedMs = Number(process.hrtime.bigint() - startedAt) / 1e6;
  if ((error || status !== 0) && !allowFailure) {
    throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? `exit ${status ?? signal}`}: ${stderr}`);
  }
  return elapsedMs;
}

/** @returns {string} what a command prints; empty where it fails */
export function output([program, ...args]) {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 ? stdout : '';
}

export function succeeds([program, ...args]) {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
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
 * Times several things in turn, `rounds` times each, after one round that is not counted.
 * @param {Record<string, () => number>} contestants each returns milliseconds
 * @returns {Record<string, number>} medians
 */
export function compare(contestants, rounds) {
  const samples = new Map(Object.keys(contestants).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, sample] of Object.entries(contestants)) {
      const elapsedMs = sample();
      if (round > 0) samples.get(name).push(elapsedMs);
    }
  }
  return Object.fromEntries([...samples].map(([name, values]) => [name, median(values)]));
}
