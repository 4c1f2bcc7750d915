import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Bench, withBench } from '../support/cli.js';

const ROUNDS = 20;
/** On a slow machine, such as an emulated one, fewer: what was not tried is said. */
const BUDGET_MS = 150_000;

/** Five services: one in layers that are made anew for each round, one healthy first, two in the namespaces of another. */
const services = `
services:
  owner:
    image: made
    command: [sleep, '1000']
    network_mode: none
    ipc: shareable
    stop_grace_period: 0s
    healthcheck: { test: [CMD, test, -e, /content/round], interval: 100ms, start_interval: 50ms, start_period: 10s }
  guest:
    image: box
    command: [sleep, '1000']
    network_mode: service:owner
    ipc: service:owner
    stop_grace_period: 0s
  follower:
    image: box
    init: true
    command: [sleep, '1000']
    network_mode: service:guest
    pid: service:owner
    stop_grace_period: 0s
  store:
    image: box
    command: [sleep, '1000']
    network_mode: none
    stop_grace_period: 0s
    volumes: ['data:/data', /anonymous, { type: tmpfs, target: /scratch }]
  web:
    image: made
    scale: 2
    command: [sleep, '1000']
    network_mode: none
    restart: always
    stop_grace_period: 0s
    volumes: ['data:/data']
    depends_on:
      owner: { condition: service_healthy }
      store: { condition: service_started }
volumes:
  data:
`;

const made = `
  made:
    base: { image: box }
    layers:
      - copy: { from: ./content, to: /content }
      - run: cat /content/round > /made
`;

/** Lets a command live for a part of the time that it took before; undisturbed it takes the result. */
async function killAfter({ start }: Bench, ms: number, ...args: string[]): Promise<void> {
  const command = start(...args);
  const timer = setTimeout(() => command.child.kill('SIGKILL'), ms);
  await command.ended;
  clearTimeout(timer);
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await run();
  return performance.now() - before;
}

describe('a command that is killed at any moment', () => {
  it('is finished by the next one, and down leaves nothing', () =>
    withBench('berthtestanywhere', async (bench) => {
      const { dir, ok, write, assertGone } = bench;
      mkdirSync(join(dir, 'content'));
      write(services, made);
      const next = (round: number): void => writeFileSync(join(dir, 'content/round'), `${round}`);
      next(0);
      const upMs = await timed(() => ok('up', '-d'));
      const downMs = await timed(() => ok('down', '-v'));
      const endMs = performance.now() + BUDGET_MS;
      for (let round = 1; round <= ROUNDS; round++) {
        if (round > 3 && performance.now() > endMs) {
          console.warn(`${round - 1} of ${ROUNDS} rounds: this machine is slow`);
          break;
        }
        next(round);
        // Every third time over a stack that is there, which is then replaced.
        if (round % 3 === 0) {
          await ok('up', '-d');
          next(-round);
        }
        await killAfter(bench, Math.random() * upMs, 'up', '-d');
        await ok('up', '-d', '--wait', '--lock-timeout', '10');
        expect(await ok('plan')).toBe('No changes.\n');
        expect(await ok('exec', 'web', 'cat', '/made')).toBe(`${round % 3 === 0 ? -round : round}`);
        await killAfter(bench, Math.random() * downMs, 'down', '-v');
        await ok('down', '-v', '--lock-timeout', '10');
        assertGone();
      }
    }));
});
