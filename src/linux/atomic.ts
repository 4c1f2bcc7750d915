import { closeSync, fsync, mkdirSync, openSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { errnoOf, namesIn } from './json.js';

const fsyncAsync = promisify(fsync);

/** Syncs a file or directory to the disk on a worker thread. */
export async function syncPath(path: string): Promise<void> {
  const fd = openSync(path, 'r');
  try {
    await fsyncAsync(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * Replaces a file of the state directory so that a power cut leaves the old text or the new one, never half. A file that
 * did not exist is there for certain only after its directory was synced too; `created` asks for that.
 */
export async function writeDurably(path: string, text: string, created: 'new' | 'update'): Promise<void> {
  const partial = partialOf(path);
  const fd = openSync(partial, 'w', 0o600);
  try {
    writeFileSync(fd, text);
    await fsyncAsync(fd);
  } catch (error) {
    // The disk may be full: the old file stays, and the partial one must not keep what little is left.
    rmSync(partial, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
  renameSync(partial, path);
  if (created === 'new') await syncPath(dirname(path));
}

/** Syncs files that were written and are there still, and the directories that theirs are in. */
export async function syncFiles(paths: Iterable<string>): Promise<void> {
  const all = [...paths];
  const sync = async (path: string) => {
    try {
      await syncPath(path);
    } catch (error) {
      // Removed since.
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
  };
  await Promise.all(all.map(sync));
  await Promise.all([...new Set(all.map((path) => dirname(dirname(path))))].map(sync));
}

/** Writes a file that nobody reads yet. */
export function writeNew(path: string, text: string, mode = 0o600): void {
  const fd = openSync(path, 'w', mode);
  try {
    writeFileSync(fd, text);
  } finally {
    closeSync(fd);
  }
}

/** Removes a file or link, by one call where `rmSync` makes three. A missing one is no error. */
export function unlinkIfPresent(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

/** Replaces a file by rename, without a sync. */
export function replaceFile(path: string, text: string, mode = 0o600): void {
  const partial = partialOf(path);
  try {
    writeNew(partial, text, mode);
    renameSync(partial, path);
  } catch (error) {
    // The disk may be full: the old file stays, and the partial one must not keep what little is left.
    rmSync(partial, { force: true });
    throw error;
  }
}

/**
 * Makes a directory that appears with its first file already in it. What a killed command leaves is a name that begins with
 * a dot and carries its pid; see `removePartials`.
 */
export function createDir(dir: string, fileName: string, text: string): void {
  const partial = partialOf(dir);
  mkdirSync(partial, { mode: 0o700 });
  writeNew(join(partial, fileName), text);
  renameSync(partial, dir);
}

/**
 * The same for one that survives a power cut.
 * @param prepare makes what else is in it from the beginning
 */
export async function createDirDurably(
  dir: string,
  fileName: string,
  text: string,
  prepare: (partial: string) => void = () => undefined,
): Promise<void> {
  const partial = partialOf(dir);
  mkdirSync(partial, { mode: 0o700 });
  prepare(partial);
  await writeDurably(join(partial, fileName), text, 'update');
  renameSync(partial, dir);
  await syncPath(dirname(dir));
}

/** Removes a directory whose first file says that it is there: it is gone at once, and its content after that. */
export async function removeDir(dir: string): Promise<void> {
  const partial = partialOf(dir);
  // An earlier try of this very process may have failed half way.
  await rm(partial, { recursive: true, force: true });
  try {
    renameSync(dir, partial);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw error;
  }
  await rm(partial, { recursive: true, force: true });
}

/** Removes what killed commands left half written or half removed in a directory. */
export function removePartials(dir: string): void {
  for (const name of namesIn(dir)) {
    const owner = partialOwner(name);
    if (owner !== null && !isAlive(owner)) rmSync(join(dir, name), { recursive: true, force: true });
  }
}

/** True where a process has this pid, whosever it is. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) !== 'ESRCH';
  }
}

/** The pid in a name made by `partialOf`; null for any other name. */
export function partialOwner(name: string): number | null {
  const match = /^\..+\.(\d+)\.partial$/.exec(name);
  return match ? Number(match[1]) : null;
}

function partialOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.partial`);
}
