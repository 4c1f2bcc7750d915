import { join } from 'node:path';
import type { Layer } from '../image/model.js';
import { type Found, findInTree, type LayerTree, splitPath } from '../linux/layertree.js';

/**
 * The layers so far as one tree. Opaque directories count as such only where something of theirs is found in their own
 * layer: Node can't read the attribute, and a build asks only for owners of directories, links and passwd files.
 */
export function treeOf(overlayDir: string, layers: readonly Layer[]): LayerTree {
  return { dirs: layers.map(({ cacheId }) => join(overlayDir, cacheId, 'diff')), isOpaque: () => false };
}

/** The names of a path with the image's links followed as far as it exists; the rest is taken as it is written. */
export function placeOf(tree: LayerTree, path: string): readonly string[] {
  const names: string[] = [];
  for (const name of splitPath(path)) {
    if (name === '..') names.pop();
    else names.push(name);
  }
  const last = names.pop();
  if (last === undefined) return [];
  const parent = placeOf(tree, names.join('/'));
  const whole = [...parent, last];
  return findInTree(tree, whole.join('/'))?.names ?? whole;
}

/** What is at a place of the image; null: nothing, or the root. */
export function findName(tree: LayerTree, names: readonly string[]): Found | null {
  return findInTree(tree, names.join('/'));
}
