import { createHash } from 'node:crypto';
import {
  type BigIntStats,
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
} from 'node:fs';
import { join } from 'node:path';
import { BerthError } from '../errors.js';
import type { DigestCache } from './digest-cache.js';

/** What of a tree counts: a copied one gets owners of its own, a whole root file system keeps them. */
export interface ContentOptions {
  readonly owners: boolean;
}

const CHUNK_BYTES = 1 << 20;

/**
 * Digest of a file, or of all that is below a directory: names, types, modes, sizes, contents and link targets. Times
 * don't count. Links are never followed.
 * @throws BerthError INPUT where something can't be read
 */
export function contentDigest(path: string, cache: DigestCache, options: ContentOptions): string {
  const hash = createHash('sha256');
  try {
    addEntry(hash, path, '', cache, options);
  } catch (error) {
    throw new BerthError('INPUT', `read ${path}: ${error instanceof Error ? error.message : String(error)}`, {
      path,
      cause: error,
    });
  }
  return `sha256:${hash.digest('hex')}`;
}

/** The file or directory that `from` names; a link there is followed, links below it are copied as links. @throws INPUT */
export function sourceOf(from: string): string {
  try {
    return realpathSync(from);
  } catch (error) {
    throw new BerthError('INPUT', `copy ${from}: it is not there`, { path: from, cause: error });
  }
}

type Hash = ReturnType<typeof createHash>;

function addEntry(hash: Hash, path: string, name: string, cache: DigestCache, options: ContentOptions): void {
  const stats = lstatSync(path, { bigint: true });
  const owner = options.owners ? [Number(stats.uid), Number(stats.gid)] : [];
  hash.update(`${JSON.stringify([name, Number(stats.mode), ...owner, describe(path, stats, cache)])}\n`);
  if (!stats.isDirectory()) return;
  for (const child of readdirSync(path).sort()) addEntry(hash, join(path, child), `${name}/${child}`, cache, options);
}

function describe(path: string, stats: BigIntStats, cache: DigestCache): string {
  if (stats.isFile()) return cache.digest(path, stats, () => fileDigest(path));
  if (stats.isSymbolicLink()) return readlinkSync(path);
  return stats.isDirectory() ? '' : String(stats.rdev);
}

function fileDigest(path: string): string {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  const fd = openSync(path, 'r');
  try {
    for (let count = readSync(fd, buffer); count > 0; count = readSync(fd, buffer))
      hash.update(buffer.subarray(0, count));
  } finally {
    closeSync(fd);
  }
  return hash.digest('hex');
}
