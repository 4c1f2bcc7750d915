import { constants } from 'node:os';
import type { Path } from '../node.js';
import type { Report } from '../problems.js';
import { suggest } from '../suggest.js';

const NAMES = Object.keys(constants.signals);

/** A signal as `SIGTERM` or `SIGRTMIN+3`, however it was written; null where none was. */
export function resolveSignal(signal: string | number | undefined, path: Path, report: Report): string | null {
  if (signal === undefined || signal === '') return null;
  const written = String(signal).toUpperCase();
  const number = /^\d+$/.test(written) ? Number(written) : null;
  const name = number === null ? `SIG${written.replace(/^SIG/, '')}` : nameOf(number);
  if (name !== null && (NAMES.includes(name) || isRealTime(name))) return name;
  report.refuse(path, `no signal is named '${signal}'`, suggest(name ?? written, NAMES));
  return null;
}

function nameOf(number: number): string | null {
  const known = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  if (known !== undefined) return known;
  // glibc keeps 32 and 33 to itself
  return number >= 34 && number <= 64 ? `SIGRTMIN+${number - 34}` : null;
}

function isRealTime(name: string): boolean {
  const offset = /^SIGRT(?:MIN\+|MAX-)(\d+)$/.exec(name)?.[1];
  return /^SIGRT(?:MIN|MAX)$/.test(name) || (offset !== undefined && Number(offset) <= 30);
}
