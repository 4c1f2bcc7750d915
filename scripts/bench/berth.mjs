// Berth from this checkout, with state directories of its own.

import { join } from 'node:path';
import { output } from './measure.mjs';

export function berth(checkout, scratch) {
  const program = join(checkout, 'bin/berth');
  const state = stateIn(scratch);
  return {
    name: 'berth',
    program,
    compose: (file, command, ...words) => [program, ...state, '-p', 'berthbench', '-f', file, command, ...words],
    load: [program, ...state, 'image', 'load'],
    /** loads an image into a store below `dir` */
    loadInto: (dir, archive) => [program, ...stateIn(dir), 'image', 'load', archive],
  };
}

/** Pids of a stack's containers. */
export function pidsOf(own, file) {
  const lines = output(own.compose(file, 'ps', '--format', 'json'))
    .trim()
    .split('\n');
  return lines.filter(Boolean).flatMap((line) => [JSON.parse(line)].flat().map((entry) => entry.Pid));
}

function stateIn(dir) {
  return ['--root', join(dir, 'root'), '--run', join(dir, 'run')];
}
