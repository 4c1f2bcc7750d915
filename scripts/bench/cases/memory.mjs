// Proportional memory of the shims, after a restart and a health check each.

import { readFileSync } from 'node:fs';
import { pidsOf } from '../berth.mjs';
import { stackText } from '../fixtures.mjs';
import { run } from '../measure.mjs';
import { plain } from '../table.mjs';

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
