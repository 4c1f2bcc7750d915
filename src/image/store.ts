import { availableParallelism } from 'node:os';
import { type Layers, loadLayers } from '../addon/layers.js';
import { BerthError } from '../errors.js';
import { limiter } from '../limiter.js';
import { addNewLayer } from './add-layer.js';
import { cachedLayer, cacheLayer } from './build-cache.js';
import type { ImageConfig } from './config.js';
import { type StoreContext, syncStore, withWriter } from './context.js';
import {
  imageIds,
  readImage,
  readMetadata,
  readNamedImage,
  requireLayer,
  writeConfig,
  writeMetadata,
} from './images.js';
import { readLayer } from './layerdb.js';
import { loadArchive } from './load.js';
import type { Image, ImageStore, ImageSummary } from './model.js';
import { changeNames, readNames } from './names.js';
import { storePaths } from './paths.js';
import { formatReference, requireReference } from './reference.js';
import { removeImage } from './remove.js';
import { saveImages } from './save.js';
import { sharedRun } from './shared-run.js';
import { makeWritableLayer, removeWritableLayer, writableLayerPaths } from './writable.js';

/** Opens the image store below `root`. Nothing is read or made until it is used. */
export function openStore(root: string): ImageStore {
  const context = makeContext(root);
  const { paths } = context;
  const find = async (reference: string) => readNamedImage(paths, reference);
  return {
    root,
    find,
    resolve: async (reference) => {
      const image = await find(reference);
      if (image === null) throw notFound(reference);
      return image;
    },
    list: async () => listImages(context),
    loadArchive: (path, options = {}) => loadArchive(context, path, options),
    save: (references, fd) => saveImages(context, references, fd),
    tag: (reference, name) => tagImage(context, reference, name),
    remove: (reference, options) => removeImage(context, reference, options),
    addLayer: (source, parent) =>
      withWriter(context, () => addNewLayer(context, source, parent === null ? null : requireLayer(paths, parent))),
    findLayer: async (chainId) => readLayer(paths, chainId),
    addImage: (config, names) => withWriter(context, () => addImage(context, config, names)),
    readMetadata: async (id, key) => readMetadata(paths, id, key),
    writeMetadata: async (id, key, value) => writeMetadata(paths, id, key, value),
    cachedLayer: async (inputs) => cachedLayer(paths, inputs),
    cacheLayer: async (inputs, chainId) => cacheLayer(paths, inputs, chainId),
    writableLayer: async (id, image) => makeWritableLayer(paths, id, image),
    writableLayerPaths: async (id) => writableLayerPaths(paths, id),
    removeLayer: async (id) => removeWritableLayer(paths, id),
  };
}

function makeContext(root: string): StoreContext {
  const paths = storePaths(root);
  let loaded: Layers | null = null;
  const layers = () => {
    loaded ??= loadLayers();
    return loaded;
  };
  // Node has four worker threads; each layer keeps two of the processors' threads busy.
  const width = Math.min(4, Math.max(2, availableParallelism()));
  return { paths, layers, limit: limiter(width), sync: sharedRun(() => syncStore(layers(), paths)) };
}

function listImages({ paths }: StoreContext): ImageSummary[] {
  const names = readNames(paths);
  return imageIds(paths).flatMap((id) => {
    const image = readImage(paths, names, id);
    if (image === null) return [];
    const size = image.layers.reduce((total, layer) => total + layer.size, 0);
    return [{ id, names: image.names, created: image.config.created ?? '', size }];
  });
}

async function tagImage(context: StoreContext, reference: string, name: string): Promise<void> {
  const target = requireReference(name);
  if (target.digest !== null) throw new BerthError('INPUT', `tag image ${reference}: ${name} has a digest`);
  await withWriter(context, async () => {
    const image = readNamedImage(context.paths, reference);
    if (image === null) throw notFound(reference);
    await changeNames(context.layers(), context.paths, (names) => names.set(formatReference(target), image.id));
  });
}

async function addImage(context: StoreContext, config: ImageConfig, names: readonly string[]): Promise<Image> {
  const references = names.map((name) => formatReference(requireReference(name)));
  const id = writeConfig(context.paths, Buffer.from(JSON.stringify(config)));
  await changeNames(context.layers(), context.paths, (all) => {
    for (const reference of references) all.set(reference, id);
  });
  const image = readImage(context.paths, readNames(context.paths), id);
  if (image === null) throw new BerthError('INTERNAL', `internal: image ${id} is gone right after it was added`);
  return image;
}

function notFound(reference: string): BerthError {
  return new BerthError('NOT_FOUND', `image ${reference} is not in the store`, {
    hint: 'load it with `berth image load`, or describe it under `images:`',
  });
}
