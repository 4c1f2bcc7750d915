import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { BerthError } from '../errors.js';
import type { Layer } from '../image/model.js';
import { lookUpIdentity } from '../linux/identity.js';
import type { ImageLayerStep } from '../stack/model.js';
import { sourceOf } from './content.js';
import type { Scratch } from './scratch.js';
import { runSubprocess } from './subprocess.js';
import { findName, placeOf, treeOf } from './tree.js';

type CopyStep = Extract<ImageLayerStep, { kind: 'copy' }>;

/**
 * Copies into the scratch layer. A directory gives what is in it; a file goes into `to` where that ends in a slash or is a
 * directory of the image. Links of the image on the way are followed inside the image. Owner is root unless `chown` says
 * otherwise; `chmod` is for files, and directories can be entered by whom it lets read.
 */
export async function copyInto(
  scratch: Scratch,
  layers: readonly Layer[],
  step: CopyStep,
  overlayDir: string,
  signal: AbortSignal,
): Promise<void> {
  const source = sourceOf(step.from);
  const tree = treeOf(overlayDir, layers);
  const isDirectory = statSync(source).isDirectory();
  const place = placeOf(tree, step.to);
  const goesInto = !isDirectory && (step.to.endsWith('/') || findName(tree, place)?.stats.isDirectory() === true);
  const names = goesInto ? placeOf(tree, join(step.to, basename(step.from))) : place;
  if (!isDirectory && names.length === 0)
    throw new BerthError('INPUT', `copy ${step.from}: ${step.to} is no file name`);
  makeParents(scratch.upper, tree, isDirectory ? names : names.slice(0, -1));
  const target = join(scratch.upper, ...names);
  const kept = isDirectory ? statSync(target) : null;
  // One file system's links, sparse files and extended attributes; root's own as everything that a build makes.
  const args = ['-a', '--no-preserve=ownership', '-T', '--', source, target];
  await runSubprocess('cp', args, { stdout: null, signal, progress: () => undefined });
  if (kept !== null) chmodSync(target, kept.mode & 0o7777);
  const owner = step.chown === null ? null : lookUpIdentity(tree, step.chown, []);
  const tops = isDirectory ? readdirSync(target).map((name) => join(target, name)) : [target];
  if (owner !== null || step.chmod !== null) for (const top of tops) setAttributes(top, owner, step.chmod);
}

/** Directories on the way to the target: as they are in the image, else root's. */
function makeParents(upper: string, tree: ReturnType<typeof treeOf>, names: readonly string[]): void {
  for (const [index] of names.entries()) {
    const path = names.slice(0, index + 1);
    const found = findName(tree, path)?.stats;
    const dir = join(upper, ...path);
    mkdirSync(dir, { recursive: true });
    chmodSync(dir, found?.isDirectory() ? found.mode & 0o7777 : 0o755);
    if (found?.isDirectory()) chownSync(dir, found.uid, found.gid);
  }
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** A change of owner takes set-id bits away, so modes come last. Links are left alone. */
function setAttributes(path: string, owner: Owner | null, chmod: number | null): void {
  const stats = lstatSync(path);
  if (stats.isSymbolicLink()) return;
  if (owner !== null) chownSync(path, owner.uid, owner.gid);
  const wanted = chmod ?? stats.mode & 0o7777;
  chmodSync(path, stats.isDirectory() && chmod !== null ? wanted | ((wanted & 0o444) >> 2) : wanted);
  if (!stats.isDirectory()) return;
  for (const name of readdirSync(path)) setAttributes(join(path, name), owner, chmod);
}
