import { BerthError, isBerthError } from '../errors.js';
import { addKnownLayer, type PendingLayer } from './add-layer.js';
import { type Archive, openArchive } from './archive.js';
import type { ArchivedImage } from './archived.js';
import { type StoreContext, withWriter } from './context.js';
import { chainIds } from './digest.js';
import { readDockerArchive } from './docker-archive.js';
import { readImage, writeConfig } from './images.js';
import type { Image, Layer, LoadOptions } from './model.js';
import { changeNames, readNames } from './names.js';
import { readOciLayout } from './oci-layout.js';
import { parseImageConfig } from './parse-config.js';
import { formatReference, parseReference, requireReference } from './reference.js';

/** Loads the images of an archive. All layers of all images are unpacked side by side. */
export async function loadArchive(context: StoreContext, path: string, options: LoadOptions): Promise<Image[]> {
  return withWriter(context, async () => {
    const archive = await openArchive(context, path);
    try {
      const images = chooseImages(archive, options);
      const ids = [];
      for (const image of images) ids.push(await loadImage(context, archive, image, options));
      const names = readNames(context.paths);
      return ids.map((id) => requireLoaded(context, names, id));
    } finally {
      archive.close();
    }
  });
}

/** What `docker save` writes is both: its manifest.json has the names, its index the tags. */
function chooseImages(archive: Archive, options: LoadOptions): ArchivedImage[] {
  const images =
    options.tag === undefined
      ? (readDockerArchive(archive) ?? readOciLayout(archive))
      : (readOciLayout(archive) ?? readDockerArchive(archive));
  if (images === null) {
    throw new BerthError('INPUT', `load ${archive.path}: neither a docker archive nor an OCI layout`);
  }
  const chosen = options.tag === undefined ? images : images.filter((image) => hasTag(image, options.tag ?? ''));
  if (chosen.length === 0) {
    throw new BerthError(
      'INPUT',
      `load ${archive.path}: no image${options.tag === undefined ? ' for this host' : ` with the tag ${options.tag}`}`,
    );
  }
  if (options.name !== undefined && chosen.length > 1) {
    throw new BerthError('INPUT', `load ${archive.path}: ${chosen.length} images can't all be named ${options.name}`);
  }
  return chosen;
}

function hasTag(image: ArchivedImage, tag: string): boolean {
  return image.refName === tag || image.names.some((name) => parseReference(name)?.tag === tag);
}

async function loadImage(
  context: StoreContext,
  archive: Archive,
  image: ArchivedImage,
  options: LoadOptions,
): Promise<string> {
  const config = parseImageConfig(image.configBytes, `${archive.path}: image config`);
  const { diff_ids: diffIds } = config.rootfs;
  if (diffIds.length !== image.layers.length) {
    throw new BerthError(
      'INPUT',
      `load ${archive.path}: ${image.layers.length} layers, but the config has ${diffIds.length} diff ids`,
    );
  }
  await loadLayers(context, archive, image, diffIds, options);
  const id = writeConfig(context.paths, image.configBytes);
  const names = (options.name === undefined ? image.names : [options.name]).map(requireReference);
  await changeNames(context.layers(), context.paths, (all) => {
    for (const name of names) {
      all.set(formatReference(name), id);
      if (image.manifestDigest !== null) all.set(`${name.repository}@${image.manifestDigest}`, id);
    }
  });
  return id;
}

/** Every layer starts at once and waits for its parent only at the end; the first failure is told once all have ended. */
async function loadLayers(
  context: StoreContext,
  archive: Archive,
  image: ArchivedImage,
  diffIds: readonly string[],
  options: LoadOptions,
): Promise<void> {
  const chain = chainIds(diffIds);
  const layers: PendingLayer[] = [];
  for (const [index, { blob, digest }] of image.layers.entries()) {
    const diffId = diffIds[index] ?? '';
    const parent = layers[index - 1] ?? null;
    layers.push(addKnownLayer(context, { kind: 'tar', ...blob, digest, diffId }, chain[index - 1] ?? null, parent));
  }
  const results = await Promise.allSettled(
    layers.map(async ({ committed }, index) => report(await committed, layers.length, index, options)),
  );
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw loadError(archive, failed.reason);
}

function report(layer: Layer, total: number, index: number, options: LoadOptions): void {
  options.progress?.(`layer ${index + 1} of ${total}: ${layer.diffId}`);
}

/** 'EBERTH': the archive was at fault, not the host. */
function loadError(archive: Archive, error: unknown): unknown {
  if (isBerthError(error) || !(error instanceof Error) || !('code' in error)) return error;
  const code = error.code === 'EBERTH' ? 'INPUT' : 'SYSTEM';
  return new BerthError(code, `load ${archive.path}: ${error.message}`, { cause: error });
}

function requireLoaded(context: StoreContext, names: ReadonlyMap<string, string>, id: string): Image {
  const image = readImage(context.paths, names, id);
  if (image === null) throw new BerthError('INTERNAL', `internal: image ${id} is gone right after it was loaded`);
  return image;
}
