import { join } from 'node:path';
import { loadLayers } from '../addon/layers.js';
import { makeDirs } from '../directories.js';
import { hexOf } from '../image/digest.js';
import { withVanishingLock } from '../image/lock.js';
import type { ImageStore, Layer } from '../image/model.js';

/** The layer that is made from `inputs`: from the cache, else made by one of all who want it, while the others wait. */
export async function makeOnce(store: ImageStore, inputs: string, make: () => Promise<Layer>): Promise<Layer> {
  const cached = await store.cachedLayer(inputs);
  if (cached !== null) return cached;
  const locks = join(store.root, 'cache', 'locks');
  makeDirs(locks);
  return withVanishingLock(loadLayers(), join(locks, hexOf(inputs)), async () => {
    const made = await store.cachedLayer(inputs);
    if (made !== null) return made;
    const layer = await make();
    await store.cacheLayer(inputs, layer.chainId);
    return layer;
  });
}
