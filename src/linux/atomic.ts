import { closeSync, fsync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

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
    writeSync(fd, text);
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

/** Replaces a file by rename, without a sync: for what does not outlive a reboot or can be derived from the record. */
export function replaceFile(path: string, text: string, mode = 0o600): void {
  const partial = partialOf(path);
  const fd = openSync(partial, 'w', mode);
  try {
    writeSync(fd, text);
  } finally {
    closeSync(fd);
  }
  renameSync(partial, path);
}

/**
 * Makes a directory that appears with its first file already in it and survives a power cut. What a killed command
 * leaves is a name that begins with a dot and carries its pid; see `sweep`.
 */
export async function createDirDurably(dir: string, fileName: string, text: string): Promise<void> {
  const partial = partialOf(dir);
  mkdirSync(partial, { mode: 0o700 });
  await writeDurably(join(partial, fileName), text, 'update');
  renameSync(partial, dir);
  await syncPath(dirname(dir));
}

/** The pid in a name made by `partialOf`; null for any other name. */
export function partialOwner(name: string): number | null {
  const match = /^\..+\.(\d+)\.partial$/.exec(name);
  return match ? Number(match[1]) : null;
}

function partialOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.partial`);
}
