import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BerthError } from '../errors.js';
import { errnoName, readText, requireText, STAGING_PREFIX, stagingName } from './files.js';
import type { Layer } from './model.js';
import type { StorePaths } from './paths.js';

const CACHE_ID = /^[0-9a-f]{64}$/;
/** What `l/` is made of. */
export const LINK = /^[A-Z2-7]{26}$/;

/** A layer that is being made: everything stands in one staging directory until it is committed. */
export interface Staging {
  readonly dir: string;
  /** becomes `overlay2/<cache-id>` */
  readonly content: string;
  readonly diff: string;
  /** becomes the layer's directory in layerdb */
  readonly entry: string;
  readonly tarSplit: string;
}

export interface NewLayer {
  readonly chainId: string;
  readonly diffId: string;
  /** null: it is the bottom */
  readonly below: StackedLayer | null;
  readonly size: number;
  /** it hides all layers below it, so they don't get into mount options */
  readonly opaqueRoot: boolean;
}

/** A layer, committed or about to be, as the one above it needs it. */
export interface StackedLayer {
  readonly layer: Layer;
  /** `l/<link>` of it and all below it, topmost first */
  readonly links: readonly string[];
}

export function stackedLayer(paths: StorePaths, layer: Layer): StackedLayer {
  return { layer, links: lowerLinks(paths, layer) };
}

/** Reads a layer that was committed; null where it is not in the store. */
export function readLayer(paths: StorePaths, chainId: string): Layer | null {
  const dir = paths.layer(chainId);
  const cacheId = readText(join(dir, 'cache-id'));
  if (cacheId === null) return null;
  if (!CACHE_ID.test(cacheId)) throw damaged(join(dir, 'cache-id'));
  const link = readText(join(paths.cache(cacheId), 'link'));
  if (link === null) return null;
  if (!LINK.test(link)) throw damaged(join(paths.cache(cacheId), 'link'));
  const size = Number(requireText(join(dir, 'size')));
  return { chainId, diffId: requireText(join(dir, 'diff')), cacheId, link, size };
}

/** `l/<link>` of a layer and all below it, topmost first, as its container's mount needs them. */
export function lowerLinks(paths: StorePaths, layer: Layer | null): string[] {
  if (layer === null) return [];
  const below = readText(join(paths.cache(layer.cacheId), 'lower'));
  return [`l/${layer.link}`, ...(below === null ? [] : below.split(':'))];
}

export function tarSplitPath(paths: StorePaths, chainId: string): string {
  return join(paths.layer(chainId), 'tar-split.json.gz');
}

export function makeStaging(paths: StorePaths): Staging {
  const dir = join(paths.overlay, stagingName());
  const content = join(dir, 'content');
  const diff = join(content, 'diff');
  const entry = join(dir, 'entry');
  mkdirSync(dir, { mode: 0o700 });
  mkdirSync(entry, { mode: 0o700 });
  mkdirSync(content, { mode: 0o710 });
  mkdirSync(diff, { mode: 0o755 });
  return { dir, content, diff, entry, tarSplit: join(entry, 'tar-split.json.gz') };
}

/** Writes what belongs to a layer beside its content. What is synced after that can be committed. */
export function describeLayer(paths: StorePaths, staging: Staging, layer: NewLayer): StackedLayer {
  const cacheId = randomBytes(32).toString('hex');
  const link = newLinkName();
  const { chainId, diffId, size, below } = layer;
  const lower = layer.opaqueRoot ? [] : (below?.links ?? []);
  writeFileSync(join(staging.entry, 'cache-id'), cacheId);
  writeFileSync(join(staging.entry, 'diff'), diffId);
  writeFileSync(join(staging.entry, 'size'), String(size));
  writeFileSync(join(staging.content, 'link'), link);
  placeLink(paths, cacheId, link);
  writeFileSync(join(staging.content, 'committed'), '');
  if (below !== null) {
    writeFileSync(join(staging.entry, 'parent'), below.layer.chainId);
    mkdirSync(join(staging.content, 'work'), { mode: 0o700 });
  }
  if (lower.length > 0) writeFileSync(join(staging.content, 'lower'), lower.join(':'));
  return { layer: { chainId, diffId, cacheId, link, size }, links: [`l/${link}`, ...lower] };
}

/**
 * Gives a layer its names: first the content, then the entry in layerdb, which is what makes it exist. The caller holds the
 * layer's lock and has synced the file system since the layer was described. The names themselves reach the disk with the
 * image (writeConfig): until then a power loss takes the whole layer, or leaves an entry without content, which is none.
 */
export function commitLayer(paths: StorePaths, staging: Staging, layer: Layer): Layer {
  renameSync(staging.content, paths.cache(layer.cacheId));
  putEntry(staging.entry, paths.layer(layer.chainId));
  return layer;
}

/** An entry whose content is gone is in the way: it is no layer (readLayer) and is replaced. */
function putEntry(entry: string, path: string): void {
  try {
    renameSync(entry, path);
  } catch (error) {
    if (errnoName(error) !== 'ENOTEMPTY' && errnoName(error) !== 'EEXIST') throw error;
    rmSync(path, { recursive: true });
    renameSync(entry, path);
  }
}

/** 26 characters for `l/<name>`: short, since a mount's options must fit into one page. */
export function newLinkName(): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return [...randomBytes(26)].map((byte) => alphabet.charAt(byte % alphabet.length)).join('');
}

/** Makes `l/<link>` for `overlay2/<cacheId>/diff`. The layer's `link` file has the name by then: who removes it reads it there. */
export function placeLink(paths: StorePaths, cacheId: string, link: string): void {
  symlinkSync(join('..', cacheId, 'diff'), join(paths.links, link));
}

/** Removes what killed commands left. To be called by one who is alone in the store. */
export function findLeftovers(paths: StorePaths): string[] {
  const entries = existsSync(paths.layerDb) ? readdirSync(paths.layerDb) : [];
  const known = new Set(entries.map((name) => readText(join(paths.layerDb, name, 'cache-id'))));
  const overlay = existsSync(paths.overlay) ? readdirSync(paths.overlay) : [];
  const unfinished = (dir: string, names: readonly string[]) =>
    names.filter((name) => name.startsWith(STAGING_PREFIX)).map((name) => join(dir, name));
  // A container's layer has no such mark; an image's has it before its entry.
  const orphans = overlay.filter((name) => !known.has(name) && existsSync(join(paths.overlay, name, 'committed')));
  return [
    ...unfinished(paths.layerDb, entries),
    ...unfinished(paths.overlay, overlay),
    ...unfinished(paths.image, existsSync(paths.image) ? readdirSync(paths.image) : []),
    ...unfinished(paths.contents, existsSync(paths.contents) ? readdirSync(paths.contents) : []),
    ...orphans.map((name) => join(paths.overlay, name)),
  ];
}

/** Short links that lead nowhere. A link may be older than its layer by an instant, so the caller is alone in the store. */
export function findDeadLinks(paths: StorePaths): string[] {
  const links = existsSync(paths.links) ? readdirSync(paths.links) : [];
  return links.map((link) => join(paths.links, link)).filter((path) => !existsSync(path));
}

function damaged(path: string): BerthError {
  return new BerthError('STATE', `image store is damaged: ${path} can't be read`, { path });
}
