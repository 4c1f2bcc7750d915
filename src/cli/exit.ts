import { type ErrorCode, isBerthError } from '../errors.js';

/** Exit codes of every command. `run`, `exec` and `up --exit-code-from` give the container's own code instead. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  /** `plan --detailed-exitcode`: the plan is not empty */
  changes: 2,
  /** `run` and `exec`: Berth itself failed, as Docker has it */
  engine: 125,
  notExecutable: 126,
  notFound: 127,
  interrupted: 130,
  /** what a program that is killed by SIGPIPE leaves */
  brokenPipe: 141,
} as const;

const CODE_OF: Readonly<Record<ErrorCode, number>> = {
  INPUT: EXIT.usage,
  USAGE: EXIT.usage,
  UNSUPPORTED: EXIT.usage,
  STEP: EXIT.failed,
  SYSTEM: EXIT.failed,
  LOCKED: EXIT.failed,
  CONFLICT: EXIT.failed,
  STALE: EXIT.failed,
  NOT_FOUND: EXIT.failed,
  STATE: EXIT.failed,
  INTERNAL: EXIT.failed,
};

/** @returns the exit code of a command that ended with `error` */
export function exitCodeOf(error: unknown): number {
  return isBerthError(error) ? CODE_OF[error.code] : EXIT.failed;
}

/**
 * Exit code of `run` and `exec` when the process could not be run: 127 where the program is missing, 126 where it can't be
 * executed, 125 for any other failure of ours. Bad input keeps its 2: nothing was tried.
 */
export function processExitCodeOf(error: unknown): number {
  if (exitCodeOf(error) === EXIT.usage) return EXIT.usage;
  if (!isBerthError(error) || error.details.step !== 'exec') return EXIT.engine;
  return error.details.errnoName === 'ENOENT' ? EXIT.notFound : EXIT.notExecutable;
}
