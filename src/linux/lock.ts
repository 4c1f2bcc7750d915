import { closeSync, fstatSync, ftruncateSync, rmdirSync, rmSync, statSync, writeSync } from 'node:fs';
import type { Addon } from '../addon/addon.js';
import { makeDirs } from '../directories.js';
import { BerthError } from '../errors.js';
import { isAlive } from './atomic.js';
import { errnoOf, hasShape, readIfPresent, type Shape } from './json.js';
import type { StackPaths } from './paths.js';

/** Who holds a stack's lock; written into the lock file for the one who has to wait. */
export interface LockHolder {
  readonly pid: number;
  /** command line without its secrets: the command's name and the stack's */
  readonly command: string;
  /** RFC 3339, UTC */
  readonly since: string;
}

export interface StackLock {
  /** gives the lock back; removes the stack's directory where nothing but the lock file is in it */
  release(): void;
  /** lets other commands have the stack until `resume` */
  pause(): void;
  /** takes the lock again, however long another command has it */
  resume(): Promise<void>;
}

const RESUME_MS = 24 * 60 * 60 * 1000;

export interface LockOptions {
  readonly command: string;
  /** 0: don't wait */
  readonly timeoutMs: number;
}

const holderShape: Shape<LockHolder> = { pid: 'number', command: 'string', since: 'string' };

/**
 * Takes the lock of a stack: one command at a time plans and applies.
 * @throws BerthError LOCKED naming the holder
 */
export async function lockStack(
  addon: Addon,
  paths: StackPaths,
  stack: string,
  options: LockOptions,
): Promise<StackLock> {
  let fd: number | null = await take(addon, paths, stack, options);
  const giveBack = (): void => {
    if (fd !== null) release(fd, paths);
    fd = null;
  };
  return {
    release: giveBack,
    pause: giveBack,
    resume: async () => {
      fd ??= await take(addon, paths, stack, { ...options, timeoutMs: RESUME_MS });
    },
  };
}

/** @returns the descriptor that holds the lock */
async function take(addon: Addon, paths: StackPaths, stack: string, options: LockOptions): Promise<number> {
  const deadline = Date.now() + options.timeoutMs;
  for (;;) {
    makeDirs(paths.dir);
    const fd = await lockFile(addon, paths, stack, Math.max(0, deadline - Date.now()));
    if (fd === null) continue;
    // A `down` that ended meanwhile has removed the file: what we locked is then a file that nobody else can see.
    if (isSameFile(fd, paths.lock)) {
      writeHolder(fd, options.command);
      return fd;
    }
    closeSync(fd);
  }
}

/** Null: whoever held it has removed the directory with it, after we had made it. */
async function lockFile(addon: Addon, paths: StackPaths, stack: string, timeoutMs: number): Promise<number | null> {
  try {
    return await addon.lockFile(paths.lock, true, timeoutMs);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    if (errnoOf(error) !== 'EWOULDBLOCK' && errnoOf(error) !== 'EAGAIN') throw error;
    throw new BerthError('LOCKED', `lock stack ${stack}: ${describeHolder(readIfPresent(paths.lock))}`, {
      path: paths.lock,
      hint: 'wait for it, or wait here with --lock-timeout SECONDS',
      cause: error,
    });
  }
}

/** Text about a lock's holder from its file's content, which may be of a command that was killed while writing it. */
export function describeHolder(text: string | null): string {
  const holder = parseHolder(text);
  if (holder === null) return 'held by another command';
  return `held by pid ${holder.pid} (${holder.command}) since ${holder.since}`;
}

/** The command that has a stack's lock, without asking for the lock; null: none. What a killed command wrote is over. */
export function lockHolder(paths: StackPaths): LockHolder | null {
  const holder = parseHolder(readIfPresent(paths.lock));
  return holder !== null && isAlive(holder.pid) ? holder : null;
}

/** Null as well while the holder is between taking the lock and writing its name. */
function parseHolder(text: string | null): LockHolder | null {
  try {
    const holder: unknown = JSON.parse(text ?? '');
    return hasShape(holder, holderShape) ? holder : null;
  } catch {
    return null;
  }
}

function writeHolder(fd: number, command: string): void {
  const holder: LockHolder = { pid: process.pid, command, since: new Date().toISOString() };
  ftruncateSync(fd);
  writeSync(fd, JSON.stringify(holder), 0);
}

function isSameFile(fd: number, path: string): boolean {
  const held = fstatSync(fd);
  const named = statSync(path, { throwIfNoEntry: false });
  return named !== undefined && named.ino === held.ino && named.dev === held.dev;
}

function release(fd: number, paths: StackPaths): void {
  try {
    ftruncateSync(fd);
    if (statSync(paths.state, { throwIfNoEntry: false }) === undefined) removeEmpty(paths);
  } finally {
    closeSync(fd);
  }
}

/** The lock file goes while it is locked; whoever waits for it sees that it is gone and begins anew. */
function removeEmpty(paths: StackPaths): void {
  rmSync(paths.lock, { force: true });
  try {
    rmdirSync(paths.dir);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(errnoOf(error))) throw error;
  }
}
