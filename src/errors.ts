/**
 * The one error type of Berth. Text is lower case without a full stop: what was being done, to what, why it failed.
 *
 * `code` is a closed union, so that callers test conditions and not texts. A refused system call keeps Node's own
 * shape (`errno` name in `errnoName`, `syscall`, `path`) from the native side to here.
 */
export type ErrorCode =
  | 'INPUT' // bad stack file, flags or values: exit 2, nothing was touched
  | 'USAGE' // bad command line: exit 2
  | 'STEP' // a step failed while applying: exit 1
  | 'SYSTEM' // a system call was refused: exit 1
  | 'LOCKED' // another command holds the stack: exit 1
  | 'CONFLICT' // something else uses what was to be removed: exit 1
  | 'STALE' // a saved plan no longer fits the state: exit 1
  | 'NOT_FOUND' // no such container, image, volume, service: exit 1
  | 'UNSUPPORTED' // this host or version can't honour what was asked: exit 2
  | 'STATE' // a state file can't be read: exit 1
  | 'INTERNAL'; // our own bug: exit 1

export interface ErrorDetails {
  /** errno name such as 'ENOENT', where a system call was refused */
  readonly errnoName?: string;
  readonly syscall?: string;
  readonly path?: string;
  /** the step of container set-up or of the plan that failed */
  readonly step?: string;
  /** what the user can do about it */
  readonly hint?: string;
  /** failures while cleaning up: attached, never in the first failure's place */
  readonly suppressed?: readonly string[];
  readonly cause?: unknown;
}

export class BerthError extends Error {
  override readonly name = 'BerthError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.details = details;
  }
}

/** True for our error, also where it was made by another bundle's copy of the class. */
export function isBerthError(value: unknown): value is BerthError {
  return value instanceof Error && value.name === 'BerthError';
}

/**
 * An error's text. Node's `EROFS: read-only file system, mkdir '/x'` is put in our order: what was done, to what, why.
 */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [whole, reason = '', call = '', path] = /^E[A-Z0-9]+: (.+), (\w+)(?: '(.*)')?$/s.exec(error.message) ?? [];
  if (whole === undefined || !('syscall' in error)) return error.message;
  return `${call}${path === undefined ? '' : ` ${path}`}: ${reason}`;
}

/** A value of type never: makes the compiler prove that a union is handled whole. */
export function assertNever(value: never): never {
  throw new BerthError('INTERNAL', `internal: unexpected value ${JSON.stringify(value)}`);
}
