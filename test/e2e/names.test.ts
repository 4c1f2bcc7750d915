import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withBench } from '../support/cli.js';

const ROUNDS = 5;
const OTHER = 'berthtestnames2';

/** Two services a stack, so that a winner of one name may lose the other. */
const named = `
services:
  web:
    image: box
    container_name: berthtest-one-name
    command: [sleep, '1000']
    network_mode: none
    stop_grace_period: 0s
`;

/** A generated name that is the one that the other stack's file gives. */
const generated = named.replace('    container_name: berthtest-one-name\n', '');

describe('two stacks that want one name at once', () => {
  it.each([
    ['each by container_name', named, named, 'berthtest-one-name'],
    ['one by container_name, one by its service', generated, named, 'berthtestnames1-web-1'],
  ])('one gets it: %s', (_what, mine, others, name) =>
    withBench('berthtestnames1', async ({ root, write, berth, ok }) => {
      const asOther = (...args: string[]) => berth(['-p', OTHER, '-f', 'other.yaml', ...args]);
      write(others.replace('berthtest-one-name', name), '', 'other.yaml');
      write(mine);
      await ok('up', '--no-start');
      await ok('down');
      try {
        for (let round = 0; round < ROUNDS; round++) {
          const results = await Promise.all([berth(['up', '-d']), asOther('up', '-d')]);
          const [lost, ...alsoLost] = results.filter(({ code }) => code !== 0);
          expect(alsoLost).toEqual([]);
          expect(lost?.stderr).toMatch(
            new RegExp(`name container ${name}: the name is in use by stack berthtestnames\\d`),
          );
          const held = await ok('ps', '-q', '-a');
          const heldByOther = (await asOther('ps', '-q', '-a')).stdout;
          expect([held, heldByOther].filter((text) => text !== '')).toHaveLength(1);
          expect(readdirSync(join(root, 'names'))).toEqual([name]);
          await ok('down', '-t', '0');
          expect((await asOther('down', '-t', '0')).code).toBe(0);
          expect(readdirSync(join(root, 'names'))).toEqual([]);
        }
      } finally {
        await asOther('down', '-v', '-t', '0', '--lock-timeout', '30');
      }
    }),
  );
});
