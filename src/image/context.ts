import { closeSync, existsSync, openSync, statfsSync } from 'node:fs';
import type { Layers, Limits } from '../addon/layers.js';
import { makeDirs } from '../directories.js';
import { findDeadLinks, findLeftovers } from './layerdb.js';
import { withLock } from './lock.js';
import type { StorePaths } from './paths.js';

/** What the parts of one open store share. */
export interface StoreContext {
  readonly paths: StorePaths;
  /** the addon, loaded when it is first needed: a command that only reads never does */
  readonly layers: () => Layers;
  /** runs layer work, so many at a time as there are processors for it */
  readonly limit: <T>(work: () => Promise<T>) => Promise<T>;
  /** flushes the store's file system: what was written before the call survives a power loss */
  readonly sync: () => Promise<void>;
}

/** Adding to the store: may happen many times at once, but not while something is removed. */
export async function withWriter<T>(context: StoreContext, work: () => Promise<T>): Promise<T> {
  const { paths } = context;
  makeStore(paths);
  await sweep(context);
  return withLock(context.layers(), paths.storeLock, false, work);
}

/** Removing from the store: alone. */
export async function withRemover<T>(context: StoreContext, work: () => Promise<T>): Promise<T> {
  makeStore(context.paths);
  return withLock(context.layers(), context.paths.storeLock, true, async () => {
    await removeLeftovers(context);
    return work();
  });
}

/** Bombs end where the disk would be full; no deflate stream of real files comes near the ratio of one of zeros. */
export function unpackLimits(paths: StorePaths): Limits {
  const { bavail, bsize } = statfsSync(paths.overlay);
  return { maxBytes: Math.floor(bavail * bsize * 0.95), maxRatio: 1000 };
}

function makeStore(paths: StorePaths): void {
  if (existsSync(paths.buildCache)) return;
  makeDirs(paths.root, 0o711);
  for (const dir of [paths.links, paths.layerDb, paths.layerLocks, paths.contents, paths.metadata]) makeDirs(dir);
  makeDirs(paths.buildCache);
}

/** Nobody else adds or removes: then everything unfinished is of commands that were killed. */
async function sweep(context: StoreContext): Promise<void> {
  const fd = context.layers().tryLock(context.paths.storeLock, true);
  if (fd < 0) return;
  try {
    await removeLeftovers(context);
  } finally {
    closeSync(fd);
  }
}

async function removeLeftovers(context: StoreContext): Promise<void> {
  for (const path of findLeftovers(context.paths)) await context.layers().removeTree(path);
  for (const path of findDeadLinks(context.paths)) await context.layers().removeTree(path);
}

export async function syncStore(layers: Layers, paths: StorePaths): Promise<void> {
  const fd = openSync(paths.overlay, 'r');
  try {
    await layers.syncFileSystem(fd);
  } finally {
    closeSync(fd);
  }
}
