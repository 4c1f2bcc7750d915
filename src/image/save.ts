import { write } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { BerthError } from '../errors.js';
import { type StoreContext, withWriter } from './context.js';
import { digestOf, hexOf } from './digest.js';
import { errnoName } from './files.js';
import { findImageId, readConfigBytes, readImage } from './images.js';
import { tarSplitPath } from './layerdb.js';
import type { Image, Layer } from './model.js';
import { type Names, readNames } from './names.js';
import { canonicalName, formatReference, parseReference } from './reference.js';
import { tarHeader, tarPadding } from './tar-header.js';

const writeAsync = promisify(write);
const POLL_MS = 5;

/** An image and the names that the archive gives it. */
interface Saved {
  readonly image: Image;
  readonly config: Buffer;
  readonly tags: string[];
}

/** Writes one tar that is docker-archive and OCI layout at once. Layers are the exact streams that their diff IDs stand for. */
export async function saveImages(context: StoreContext, references: readonly string[], fd: number): Promise<void> {
  // As a writer, so that nobody removes the layers meanwhile.
  await withWriter(context, async () => {
    const images = chooseSaved(context, references);
    const layerSizes = await writeLayers(context, images, fd);
    const manifests = images.map((saved) => ({ saved, bytes: manifestOf(saved, layerSizes) }));
    for (const { image, config } of images) await writeMember(fd, blobName(image.id), config);
    for (const { bytes } of manifests) await writeMember(fd, blobName(digestOf(bytes)), bytes);
    await writeMember(
      fd,
      'index.json',
      json({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.index.v1+json',
        manifests: manifests.flatMap(({ saved, bytes }) => descriptorsOf(saved, bytes)),
      }),
    );
    await writeMember(fd, 'oci-layout', json({ imageLayoutVersion: '1.0.0' }));
    await writeMember(fd, 'manifest.json', json(images.map(dockerEntry)));
    await writeAll(fd, Buffer.alloc(1024));
  });
}

/** Each image once; a reference that is a name becomes one of its tags. */
function chooseSaved(context: StoreContext, references: readonly string[]): Saved[] {
  const names = readNames(context.paths);
  const saved = new Map<string, Saved>();
  for (const reference of references) {
    const id = findImageId(context.paths, names, reference);
    const image = id === null ? null : readImage(context.paths, names, id);
    const config = id === null ? null : readConfigBytes(context.paths, id);
    if (image === null || config === null)
      throw new BerthError('NOT_FOUND', `save image ${reference}: not in the store`);
    const tags = new Set([...(saved.get(image.id)?.tags ?? []), ...tagOf(names, reference)]);
    saved.set(image.id, { image, config, tags: [...tags] });
  }
  return [...saved.values()];
}

function tagOf(names: Names, reference: string): string[] {
  const parsed = parseReference(reference);
  const name = parsed === null || parsed.digest !== null ? null : formatReference(parsed);
  return name !== null && names.has(name) ? [name] : [];
}

/** @returns lengths of the layers' streams by diff ID */
async function writeLayers(context: StoreContext, images: readonly Saved[], fd: number): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for (const layer of images.flatMap(({ image }) => image.layers)) {
    if (!sizes.has(layer.diffId)) sizes.set(layer.diffId, await writeLayer(context, layer, fd));
  }
  return sizes;
}

async function writeLayer(context: StoreContext, layer: Layer, fd: number): Promise<number> {
  const tarSplit = tarSplitPath(context.paths, layer.chainId);
  const directory = join(context.paths.cache(layer.cacheId), 'diff');
  const size = await context.layers().tarSize(tarSplit);
  await writeAll(fd, tarHeader(blobName(layer.diffId), size));
  const written = await context.layers().assemble({ directory, tarSplit, fd });
  if (written.diffId !== layer.diffId) {
    throw new BerthError('STATE', `save layer ${layer.diffId}: its files have changed`, { path: directory });
  }
  await writeAll(fd, tarPadding(size));
  return size;
}

function manifestOf({ image, config }: Saved, sizes: ReadonlyMap<string, number>): Buffer {
  return json({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: image.id, size: config.length },
    layers: image.layers.toReversed().map(({ diffId }) => ({
      mediaType: 'application/vnd.oci.image.layer.v1.tar',
      digest: diffId,
      size: sizes.get(diffId) ?? 0,
    })),
  });
}

/** One for each tag, since a descriptor carries one name. */
function descriptorsOf({ image, tags }: Saved, manifest: Buffer): object[] {
  const descriptor = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: digestOf(manifest),
    size: manifest.length,
    platform: { architecture: image.config.architecture, os: image.config.os },
  };
  const named = tags.flatMap((tag) => {
    const reference = parseReference(tag);
    if (reference === null) return [];
    const annotations = {
      'io.containerd.image.name': canonicalName(reference),
      'org.opencontainers.image.ref.name': reference.tag,
    };
    return [{ ...descriptor, annotations }];
  });
  return named.length > 0 ? named : [descriptor];
}

function dockerEntry({ image, tags }: Saved): object {
  return {
    Config: blobName(image.id),
    RepoTags: tags.length > 0 ? tags : null,
    Layers: image.layers.toReversed().map(({ diffId }) => blobName(diffId)),
  };
}

function blobName(digest: string): string {
  return `blobs/sha256/${hexOf(digest)}`;
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

async function writeMember(fd: number, name: string, data: Buffer): Promise<void> {
  await writeAll(fd, Buffer.concat([tarHeader(name, data.length), data, tarPadding(data.length)]));
}

/** Completes short writes; a pipe that Node made non-blocking asks to try again. */
async function writeAll(fd: number, data: Buffer): Promise<void> {
  for (let done = 0; done < data.length; ) {
    try {
      done += (await writeAsync(fd, data, done, data.length - done, null)).bytesWritten;
    } catch (error) {
      if (errnoName(error) !== 'EAGAIN') throw error;
      await setTimeout(POLL_MS);
    }
  }
}
