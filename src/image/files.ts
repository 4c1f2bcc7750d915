import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { BerthError } from '../errors.js';

/** Names that begin so are unfinished: the next writer that is alone removes them. */
export const STAGING_PREFIX = '.staging-';

export function stagingName(): string {
  return `${STAGING_PREFIX}${randomBytes(8).toString('hex')}`;
}

/** errno name of a refused call; null for errors of other kinds. */
export function errnoName(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** Text of a small file of the store; null where it isn't there. */
export function readText(path: string): string | null {
  const bytes = readBytes(path);
  return bytes === null ? null : bytes.toString('utf8');
}

export function readBytes(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if (errnoName(error) === 'ENOENT') return null;
    throw error;
  }
}

/** @throws BerthError STATE where the file is missing */
export function requireText(path: string): string {
  const text = readText(path);
  if (text === null) throw new BerthError('STATE', `image store is damaged: ${path} is missing`, { path });
  return text;
}

/** Replaces a file by one that is on the disk before it has the name. */
export function replaceDurably(path: string, data: Uint8Array | string): void {
  const dir = dirname(path);
  const partial = `${dir}/${stagingName()}`;
  const fd = openSync(partial, 'wx', 0o600);
  try {
    writeFileSync(fd, data);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(partial, path);
  syncDir(dir);
}

export function syncDir(dir: string): void {
  const fd = openSync(dir, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
