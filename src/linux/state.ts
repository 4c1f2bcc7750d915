import { rmSync } from 'node:fs';
import { makeDirs } from '../directories.js';
import type { Service, Stack, Volume } from '../stack/model.js';
import { replaceFile, writeDurably } from './atomic.js';
import { firstMismatch, hasShape, namesIn, parseState, readIfPresent, type Shape, stateError } from './json.js';
import { isStackName, type Paths, type StackPaths } from './paths.js';

/** `state.json` of a stack: what was applied last. */
export interface StackState {
  readonly version: 1;
  readonly stack: string;
  /** counts the commands that changed the stack */
  readonly serial: number;
  readonly files: readonly string[];
  readonly workingDir: string;
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, Volume>>;
  /** RFC 3339, UTC */
  readonly appliedAt: string;
}

const stateShape: Shape<StackState> = {
  version: 'number',
  stack: 'string',
  serial: 'number',
  files: 'strings',
  workingDir: 'string',
  services: 'object',
  volumes: 'object',
  appliedAt: 'string',
};

/** The state of a stack; null where none was applied. @throws BerthError STATE naming the file */
export function readStackState(paths: StackPaths): StackState | null {
  const text = readIfPresent(paths.state);
  if (text === null) return null;
  const value = parseState(paths.state, text);
  if (!hasShape(value, stateShape)) throw stateError(paths.state, firstMismatch(value, stateShape) ?? 'unreadable');
  if (value.version !== 1)
    throw stateError(paths.state, `version: ${String(value.version)} is of another Berth, expected 1`);
  return value;
}

/**
 * Notes that the stack is about to be changed: its serial counts up, so that plans saved before are refused, and what is
 * applied is kept as a revision. `stack` null: services are changed or removed without a file; what was applied stays.
 */
export async function recordApplied(paths: StackPaths, name: string, stack: Stack | null): Promise<number> {
  const before = readStackState(paths);
  const state: StackState = {
    version: 1,
    stack: name,
    serial: (before?.serial ?? 0) + 1,
    files: stack?.files ?? before?.files ?? [],
    workingDir: stack?.workingDir ?? before?.workingDir ?? '/',
    services: stack?.services ?? before?.services ?? {},
    volumes: stack?.volumes ?? before?.volumes ?? {},
    appliedAt: new Date().toISOString(),
  };
  makeDirs(paths.revisions);
  if (stack !== null) replaceFile(paths.revision(state.serial), `${JSON.stringify(stack)}\n`);
  await writeDurably(paths.state, `${JSON.stringify(state)}\n`, before === null ? 'new' : 'update');
  return state.serial;
}

/** Forgets a stack that has no containers any more. Its lock file is left to the lock's holder. */
export function removeStackState(paths: StackPaths): void {
  rmSync(paths.revisions, { recursive: true, force: true });
  rmSync(paths.state, { force: true });
}

/** Names of all stacks that have a state. */
export function listStackNames(paths: Paths): readonly string[] {
  return namesIn(paths.stacks).filter(isStackName).sort();
}
