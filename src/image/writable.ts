import { existsSync, lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirs } from '../directories.js';
import { BerthError } from '../errors.js';
import { errnoName, readText } from './files.js';
import { LINK, lowerLinks, newLinkName, placeLink } from './layerdb.js';
import type { Image, WritableLayer } from './model.js';
import type { StorePaths } from './paths.js';

const ID = /^[0-9a-f]{64}$/;

/**
 * Makes a container's own layer. Every step may have been done by a command that was killed since. Nothing is synced:
 * a container doesn't outlive a power loss, and its record is there to make it anew.
 */
export function makeWritableLayer(paths: StorePaths, id: string, image: Image | null): WritableLayer {
  const dir = layerDir(paths, id);
  if (!existsSync(paths.links)) makeDirs(paths.links);
  for (const [path, mode] of [
    [dir, 0o710],
    [`${dir}/diff`, 0o755],
    [`${dir}/work`, 0o700],
    [`${dir}/merged`, 0o700],
  ] as const) {
    makeDir(path, mode);
  }
  const lower = image === null ? [] : lowerOf(paths, image);
  if (lower.length > 0) writeFileSync(`${dir}/lower`, lower.join(':'), { mode: 0o600 });
  ensureLink(paths, id, dir);
  return { dir, lower, upper: `${id}/diff`, work: `${id}/work` };
}

const lowers = new WeakMap<Image, readonly string[]>();

/** The same for all containers of an image. */
function lowerOf(paths: StorePaths, image: Image): readonly string[] {
  const lower = lowers.get(image) ?? lowerLinks(paths, image.layers[0] ?? null);
  lowers.set(image, lower);
  return lower;
}

/** Removes a container's layer. */
export function removeWritableLayer(paths: StorePaths, id: string): void {
  for (const path of writableLayerPaths(paths, id)) rmSync(path, { recursive: true, force: true });
}

/**
 * What a container's layer consists of, in the order in which it has to go: the short link first, since the directory is
 * what says that something is left to do.
 */
export function writableLayerPaths(paths: StorePaths, id: string): string[] {
  const dir = layerDir(paths, id);
  if (existsSync(join(dir, 'committed'))) {
    throw new BerthError('INTERNAL', `internal: ${dir} is an image's layer, not a container's`);
  }
  const link = readText(join(dir, 'link'));
  return link !== null && LINK.test(link) ? [join(paths.links, link), dir] : [dir];
}

/** The name is written down before the link is made, so that a killed command leaves no link that nobody knows of. */
function ensureLink(paths: StorePaths, id: string, dir: string): void {
  const file = `${dir}/link`;
  const known = existsSync(file) ? readText(file) : null;
  const link = known !== null && LINK.test(known) ? known : newLinkName();
  if (link !== known) writeFileSync(file, link, { mode: 0o600 });
  if (lstatSync(`${paths.links}/${link}`, { throwIfNoEntry: false }) === undefined) placeLink(paths, id, link);
}

function makeDir(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (errnoName(error) !== 'EEXIST') throw error;
  }
}

function layerDir(paths: StorePaths, id: string): string {
  if (!ID.test(id)) throw new BerthError('INTERNAL', `internal: bad container id ${JSON.stringify(id)}`);
  return paths.cache(id);
}
