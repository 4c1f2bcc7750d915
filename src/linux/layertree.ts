import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, readSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { BerthError } from '../errors.js';
import { errnoOf } from './json.js';

/** The read-only layers of an image as one tree, seen without mounting it: the `diff` directories, topmost first. */
export interface LayerTree {
  readonly dirs: readonly string[];
  /** true where a layer's directory hides what lower layers have at its path (`trusted.overlay.opaque`) */
  readonly isOpaque: (dir: string) => boolean;
}

const MAX_LINKS = 40; // the kernel's own bound, path_resolution(7)

/** What is at a path of a tree. */
export interface Found {
  /** where it is on the host */
  readonly path: string;
  readonly stats: Stats;
}

/** What is at a path and where that path leads, links followed. */
export interface Resolved extends Found {
  /** names from the root, none of them a link */
  readonly names: readonly string[];
}

/**
 * Text of a regular file of an image; null where there is none. An image is hostile: links are resolved inside of the
 * tree and never by the kernel, what is not a regular file isn't opened, and no more than `maxBytes` are read.
 * @param path absolute, as the container would see it
 * @throws BerthError INPUT for loops of links, and files that are too long
 */
export function readTreeFile(tree: LayerTree, path: string, maxBytes: number): string | null {
  const found = findInTree(tree, path);
  if (found === null || !found.stats.isFile()) return null;
  if (found.stats.size > maxBytes) {
    throw new BerthError('INPUT', `read ${path} of the image: ${found.stats.size} bytes, expected at most ${maxBytes}`);
  }
  return readRegular(found.path, maxBytes);
}

/**
 * What the container would find at a path, links followed; null: nothing, or the root itself.
 * @throws BerthError INPUT for loops of links
 */
export function findInTree(tree: LayerTree, path: string): Resolved | null {
  let names = splitPath(path);
  let links = 0;
  let at: string[] = [];
  let found: Found | null = null;
  while (names.length > 0) {
    const [name = '', ...rest] = names;
    names = rest;
    if (name === '..') {
      at = at.slice(0, -1);
      continue;
    }
    found = lookUp(tree, [...at, name]);
    if (found === null) return null;
    if (found.stats.isSymbolicLink()) {
      links += 1;
      if (links > MAX_LINKS)
        throw new BerthError('INPUT', `read ${path} of the image: more than ${MAX_LINKS} symbolic links`);
      const target = readlinkSync(found.path);
      if (target.startsWith('/')) at = [];
      names = [...splitPath(target), ...names];
    } else if (names.length > 0 && !found.stats.isDirectory()) {
      return null;
    } else {
      at = [...at, name];
    }
  }
  return found === null ? null : { ...found, names: at };
}

export function splitPath(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

/** The topmost layer that has the path, unless a layer above it took it away. `names` has no link but maybe its last. */
function lookUp(tree: LayerTree, names: readonly string[]): Found | null {
  for (const dir of tree.dirs) {
    const result = lookUpInLayer(tree, dir, names);
    if (result === 'hidden') return null;
    if (result !== 'absent') return result;
  }
  return null;
}

/**
 * `hidden`: lower layers don't count, because of a whiteout (a 0/0 character device), of something that is no directory
 * where a directory would have to be, or of an opaque directory on the way.
 */
function lookUpInLayer(tree: LayerTree, dir: string, names: readonly string[]): Found | 'absent' | 'hidden' {
  let path = dir;
  let opaque = false;
  for (const [index, name] of names.entries()) {
    path = join(path, name);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return opaque ? 'hidden' : 'absent';
    if (stats.isCharacterDevice() && stats.rdev === 0) return 'hidden';
    if (index === names.length - 1) return { path, stats };
    if (!stats.isDirectory()) return 'hidden';
    opaque ||= tree.isOpaque(path);
  }
  return 'absent';
}

/** O_NOFOLLOW and O_NONBLOCK: the file may have been exchanged since it was looked at. */
function readRegular(path: string, maxBytes: number): string | null {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ELOOP') return null;
    throw error;
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) return null;
    const buffer = Buffer.alloc(Math.min(stats.size, maxBytes));
    return buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, 0));
  } finally {
    closeSync(fd);
  }
}
