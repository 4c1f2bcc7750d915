import { join } from 'node:path';
import { hexOf } from './digest.js';

/** Where things stand below `--root` (docs/architecture.md, State). */
export interface StorePaths {
  readonly root: string;
  readonly overlay: string;
  readonly links: string;
  readonly image: string;
  readonly layerDb: string;
  readonly layerLocks: string;
  readonly contents: string;
  readonly metadata: string;
  readonly buildCache: string;
  readonly names: string;
  /** held shared while something is added, exclusively while something is removed */
  readonly storeLock: string;
  readonly namesLock: string;
  readonly layer: (chainId: string) => string;
  readonly cache: (cacheId: string) => string;
  readonly content: (id: string) => string;
}

export function storePaths(root: string): StorePaths {
  const overlay = join(root, 'overlay2');
  const image = join(root, 'image', 'overlay2');
  const layerDb = join(image, 'layerdb', 'sha256');
  const contents = join(image, 'imagedb', 'content', 'sha256');
  return {
    root,
    overlay,
    links: join(overlay, 'l'),
    image,
    layerDb,
    layerLocks: join(image, 'layerdb', 'locks'),
    contents,
    metadata: join(image, 'imagedb', 'metadata', 'sha256'),
    buildCache: join(image, 'buildcache'),
    names: join(image, 'repositories.json'),
    storeLock: join(image, 'lock'),
    namesLock: join(image, 'repositories.lock'),
    layer: (chainId) => join(layerDb, hexOf(chainId)),
    cache: (cacheId) => join(overlay, cacheId),
    content: (id) => join(contents, hexOf(id)),
  };
}
