import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirs } from '../directories.js';
import { BerthError } from '../errors.js';
import type { ImageConfig } from './config.js';
import { chainIds, checkDigest, digestOf, hexOf, isDigest } from './digest.js';
import { readBytes, readText, replaceDurably, syncDir } from './files.js';
import { readLayer } from './layerdb.js';
import type { Image, Layer } from './model.js';
import { type Names, readNames, tagsOf } from './names.js';
import { parseImageConfig } from './parse-config.js';
import type { StorePaths } from './paths.js';
import { formatReference, parseReference } from './reference.js';

const METADATA_KEY = /^[a-z][a-z0-9-]*$/;

/** Ids of all images, sorted. */
export function imageIds(paths: StorePaths): string[] {
  const names = existsSync(paths.contents) ? readdirSync(paths.contents) : [];
  return names
    .map((name) => `sha256:${name}`)
    .filter(isDigest)
    .sort();
}

/** The config's exact bytes, checked against the id; null where there is no such image. */
export function readConfigBytes(paths: StorePaths, id: string): Buffer | null {
  const path = paths.content(id);
  const bytes = readBytes(path);
  if (bytes !== null && digestOf(bytes) !== id) {
    throw new BerthError('STATE', `image store is damaged: ${path} is not what its name says`, { path });
  }
  return bytes;
}

export function readConfig(paths: StorePaths, id: string): ImageConfig | null {
  const bytes = readConfigBytes(paths, id);
  return bytes === null ? null : parseImageConfig(bytes, `image ${id}`);
}

/** An image and its layers; null where it is not in the store. */
export function readImage(paths: StorePaths, names: Names, id: string): Image | null {
  const config = readConfig(paths, id);
  if (config === null) return null;
  const layers = chainIds(config.rootfs.diff_ids).map((chainId) => requireLayer(paths, chainId));
  return { id, config, names: tagsOf(names, id), layers: layers.reverse() };
}

/** @throws BerthError STATE where it is missing */
export function requireLayer(paths: StorePaths, chainId: string): Layer {
  const layer = readLayer(paths, chainId);
  if (layer === null) {
    throw new BerthError('STATE', `image store is damaged: layer ${chainId} is missing`, {
      hint: 'load the image again',
    });
  }
  return layer;
}

/** Name, id or prefix of an id to an image's id; null where nothing fits. An exact id comes first, then names. */
export function findImageId(paths: StorePaths, names: Names, reference: string): string | null {
  if (isDigest(reference)) return existsSync(paths.content(reference)) ? reference : null;
  const named = findNamed(names, reference);
  if (named !== null) return named;
  const prefix = reference.replace(/^sha256:/, '');
  if (!/^[0-9a-f]{1,64}$/.test(prefix)) return null;
  const found = imageIds(paths).filter((id) => hexOf(id).startsWith(prefix));
  if (found.length > 1) {
    throw new BerthError('INPUT', `image ${reference}: ${found.length} images have ids that begin so`);
  }
  return found[0] ?? null;
}

/** A name with a digest is found by the digest of its manifest or of its config; a tag beside it says nothing more. */
function findNamed(names: Names, reference: string): string | null {
  const parsed = parseReference(reference);
  if (parsed === null) return null;
  if (parsed.digest === null) return names.get(formatReference(parsed)) ?? null;
  const byManifest = names.get(formatReference({ ...parsed, tag: null }));
  const byConfig = [...names].find(([name, id]) => {
    return id === parsed.digest && parseReference(name)?.repository === parsed.repository;
  });
  return byManifest ?? byConfig?.[1] ?? null;
}

/** Stores the exact bytes of a config. Its layers are in the store; their names are on the disk before it has its own. */
export function writeConfig(paths: StorePaths, bytes: Uint8Array): string {
  const id = digestOf(bytes);
  for (const chainId of chainIds(parseImageConfig(bytes).rootfs.diff_ids)) requireLayer(paths, chainId);
  for (const dir of [paths.overlay, paths.layerDb]) syncDir(dir);
  if (!existsSync(paths.content(id))) replaceDurably(paths.content(id), bytes);
  return id;
}

export function readMetadata(paths: StorePaths, id: string, key: string): string | null {
  return readText(metadataPath(paths, id, key));
}

export function writeMetadata(paths: StorePaths, id: string, key: string, value: string): void {
  const path = metadataPath(paths, id, key);
  makeDirs(join(paths.metadata, hexOf(id)));
  replaceDurably(path, value);
}

export function readNamedImage(paths: StorePaths, reference: string): Image | null {
  const names = readNames(paths);
  const id = findImageId(paths, names, reference);
  return id === null ? null : readImage(paths, names, id);
}

function metadataPath(paths: StorePaths, id: string, key: string): string {
  if (!METADATA_KEY.test(key)) throw new BerthError('INTERNAL', `internal: bad key of image metadata: ${key}`);
  return join(paths.metadata, hexOf(checkDigest(id, 'image id')), key);
}
