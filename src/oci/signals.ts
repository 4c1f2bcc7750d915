import { BerthError } from '../errors.js';

/** Linux numbers, the same on x86-64 and arm64. */
const numbers: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  TRAP: 5,
  ABRT: 6,
  IOT: 6,
  BUS: 7,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  STKFLT: 16,
  CHLD: 17,
  CLD: 17,
  CONT: 18,
  STOP: 19,
  TSTP: 20,
  TTIN: 21,
  TTOU: 22,
  URG: 23,
  XCPU: 24,
  XFSZ: 25,
  VTALRM: 26,
  PROF: 27,
  WINCH: 28,
  IO: 29,
  POLL: 29,
  PWR: 30,
  SYS: 31,
  /** glibc's first one for programs; 32 and 33 are its own */
  RTMIN: 34,
  RTMAX: 64,
};

/** `SIGTERM`, `term`, `15`, `RTMIN+3` to a number. @throws BerthError INPUT */
export function signalNumber(signal: string): number {
  const name = signal.toUpperCase().replace(/^SIG/, '');
  const [, base = '', sign = '', offset = ''] = /^(RTMIN|RTMAX)([+-])(\d{1,2})$/.exec(name) ?? [];
  const number = /^\d{1,2}$/.test(name) ? Number(name) : (numbers[base === '' ? name : base] ?? 0);
  const shifted = number + (sign === '-' ? -1 : 1) * Number(offset);
  const isReal = base === '' || (shifted >= 34 && shifted <= 64);
  if (shifted >= 1 && shifted <= 64 && isReal) return shifted;
  throw new BerthError('INPUT', `send signal ${JSON.stringify(signal)}: there is none of this name`);
}
