import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BerthError } from '../errors.js';
import { type StoreContext, withRemover } from './context.js';
import { chainIds, hexOf } from './digest.js';
import { requireText, stagingName, syncDir } from './files.js';
import { findImageId, imageIds, readConfig } from './images.js';
import { readLayer } from './layerdb.js';
import type { RemoveOptions, RemoveReport } from './model.js';
import { changeNames, type Names, readNames, tagsOf } from './names.js';
import type { StorePaths } from './paths.js';
import { formatReference, parseReference } from './reference.js';

/** Removes a name, and the image with its last one; layers go that no other image needs. */
export async function removeImage(
  context: StoreContext,
  reference: string,
  options: RemoveOptions,
): Promise<RemoveReport> {
  return withRemover(context, async () => {
    const names = readNames(context.paths);
    const id = findImageId(context.paths, names, reference);
    if (id === null) throw new BerthError('NOT_FOUND', `remove image ${reference}: not in the store`);
    const untagged = namesToRemove(names, id, reference, options);
    const last = tagsOf(names, id).every((name) => untagged.includes(name));
    if (last && options.used.has(id) && !options.force) {
      throw new BerthError('CONFLICT', `remove image ${reference}: a container uses it`, {
        hint: 'remove the container first',
      });
    }
    const whole = last && !options.used.has(id);
    await changeNames(context.layers(), context.paths, (all) => {
      for (const name of untagged) all.delete(name);
      for (const [name, of] of all) if (whole && of === id) all.delete(name);
    });
    return { untagged, deleted: whole ? await deleteImage(context, id) : [] };
  });
}

/** By name: that name. By id: all names, which have to be at most one unless forced. */
function namesToRemove(names: Names, id: string, reference: string, options: RemoveOptions): string[] {
  const tags = tagsOf(names, id);
  const parsed = parseReference(reference);
  const name = parsed === null ? null : formatReference(parsed);
  if (name !== null && tags.includes(name)) return [name];
  if (tags.length > 1 && !options.force) {
    throw new BerthError('CONFLICT', `remove image ${reference}: it has ${tags.length} names: ${tags.join(', ')}`);
  }
  return tags;
}

/** The config first: without it nobody takes the layers for an image's. What a kill leaves, the next removal finds. */
async function deleteImage(context: StoreContext, id: string): Promise<string[]> {
  const { paths } = context;
  const config = readConfig(paths, id);
  rmSync(paths.content(id), { force: true });
  syncDir(paths.contents);
  await context.layers().removeTree(join(paths.metadata, hexOf(id)));
  const needed = new Set(imageIds(paths).flatMap((other) => chainIds(readConfig(paths, other)?.rootfs.diff_ids ?? [])));
  const chain = chainIds(config?.rootfs.diff_ids ?? []).filter((chainId) => !needed.has(chainId));
  for (const chainId of chain.toReversed()) await deleteLayer(context, chainId);
  return [id, ...chain.toReversed()];
}

/** The entry goes by a rename, whole; content without an entry is a leftover that a killed command's successor removes. */
async function deleteLayer(context: StoreContext, chainId: string): Promise<void> {
  const { paths } = context;
  const entry = paths.layer(chainId);
  if (!existsSync(entry)) return;
  const layer = readLayer(paths, chainId);
  const gone = join(paths.layerDb, stagingName());
  const cacheId = requireText(join(entry, 'cache-id'));
  renameSync(entry, gone);
  syncDir(paths.layerDb);
  if (layer !== null) rmSync(linkPath(paths, layer.link), { force: true });
  await context.layers().removeTree(paths.cache(cacheId));
  await context.layers().removeTree(gone);
}

function linkPath(paths: StorePaths, link: string): string {
  return join(paths.links, link);
}
