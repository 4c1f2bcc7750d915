// How long a command takes that has little or nothing to do, as a multiple of starting Node.

import { pidsOf } from '../berth.mjs';
import { stackText } from '../fixtures.mjs';
import { compare, run } from '../measure.mjs';
import { atMost } from '../table.mjs';

const BUDGET_MS = 15_000;

const node = () => run([process.execPath, '-e', '0']);

export function startup({ own, rounds, writeStack, timeLeftMs }) {
  const file = writeStack('noop', stackText(10));
  run(own.compose(file, 'up', '-d'));
  const result = compare(
    { node, version: () => run([own.program, 'version']), noop: () => run(own.compose(file, 'up', '-d')) },
    { rounds, budgetMs: Math.min(BUDGET_MS, timeLeftMs()) },
  );
  run(own.compose(file, 'down'));
  return [
    atMost('`berth version`', result.version, '`node -e 0`', result.node, 1.15),
    atMost('no-op `up` of 10 services', result.noop, '`node -e 0`', result.node, 2.5),
  ];
}

/** A changed memory limit: the same process, and how long it takes until the kernel has it. */
export function changedLimit({ own, rounds, writeStack, timeLeftMs }) {
  const small = writeStack('limit', stackText(10));
  const large = writeStack('limit', stackText(10, { limitOfFirst: '96m' }), 'large');
  run(own.compose(small, 'up', '-d'));
  const pid = pidsOf(own, small)[0];
  let flip = false;
  const change = () => {
    flip = !flip;
    return run(own.compose(flip ? large : small, 'up', '-d'));
  };
  const result = compare({ node, change }, { rounds, budgetMs: Math.min(BUDGET_MS, timeLeftMs()) });
  const same = pidsOf(own, small)[0] === pid;
  run(own.compose(small, 'down'));
  const figure = atMost('changed memory limit in force', result.change, '`node -e 0`', result.node, 3);
  return [{ ...figure, value: `${figure.value}, ${same ? 'same pid' : 'ANOTHER pid'}`, met: figure.met && same }];
}
