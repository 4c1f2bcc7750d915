import { join } from 'node:path';
import { makeDirs } from '../directories.js';
import { hexOf, isDigest } from './digest.js';
import { readText, replaceDurably } from './files.js';
import { readLayer } from './layerdb.js';
import type { Layer } from './model.js';
import type { StorePaths } from './paths.js';

/** The layer that was made from these inputs (`sha256:…`), if it is still in the store. */
export function cachedLayer(paths: StorePaths, inputs: string): Layer | null {
  const chainId = readText(join(paths.buildCache, hexOf(inputs)));
  return chainId !== null && isDigest(chainId) ? readLayer(paths, chainId) : null;
}

export function cacheLayer(paths: StorePaths, inputs: string, chainId: string): void {
  makeDirs(paths.buildCache);
  replaceDurably(join(paths.buildCache, hexOf(inputs)), chainId);
}
