import { readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { makeDirs } from '../directories.js';
import { BerthError, isBerthError } from '../errors.js';
import { unlinkIfPresent } from './atomic.js';
import type { ContainerIndex } from './index.js';
import { errnoOf, namesIn } from './json.js';
import { lockStack } from './lock.js';
import { isContainerId, isContainerName, isStackName, type Paths } from './paths.js';
import { type ContainerRecord, readRecord } from './record.js';
import type { HostTools } from './tools.js';

/**
 * Names of containers are the host's, not a stack's. `<root>/names/<name>` is a symbolic link to `<stack>/<id>`: it comes
 * into being, content and all, by one system call that only one of two commands can win. It closes the moment between
 * looking for a name among the records, which decide whose it is, and writing a record of one's own.
 */
type Owned = Pick<ContainerRecord, 'name' | 'stack' | 'id'>;

/** The old and the new container of one name may be there at once, but in one stack only. @throws BerthError INPUT */
export function checkName(name: string, stack: string, { records }: ContainerIndex): void {
  if (!isContainerName(name)) {
    throw new BerthError('INPUT', `name container ${name}: expected letters, digits, _, . and -, at most 255 in all`);
  }
  const holder = records.find(
    (record) => record.name === name && record.stack !== stack && record.state !== 'removing',
  );
  if (holder !== undefined) throw inUse(name, holder.stack);
}

/**
 * Takes a name for a container that is about to get its record, under its stack's lock.
 * @throws BerthError INPUT where another stack has the name
 */
export async function claimName(tools: Pick<HostTools, 'paths' | 'addon'>, owned: Owned): Promise<void> {
  const path = tools.paths.name(owned.name);
  for (;;) {
    if (makeLink(tools.paths, path, `${owned.stack}/${owned.id}`)) return;
    const holder = readLink(path);
    // An old container's, or that of a command of this stack that was killed: the lock says that nobody else means it.
    if (holder?.stack === owned.stack) rmSync(path, { force: true });
    else if (holder !== null) await releaseStale(tools, { name: owned.name, ...holder });
  }
}

/** Gives a container's name back, where it has it still. Under the stack's lock, while its record says `removing`. */
export function releaseName(paths: Paths, { name, stack, id }: Owned): void {
  if (!isContainerName(name)) return;
  const holder = readLink(paths.name(name));
  if (holder?.stack === stack && holder.id === id) unlinkIfPresent(paths.name(name));
}

/** Gives back what killed commands claimed for a stack that has no containers, or those of `ids` not. Under its lock. */
export function releaseNamesOf(paths: Paths, stack: string, ids: ReadonlySet<string> | null = null): void {
  for (const name of namesIn(paths.names).filter(isContainerName)) {
    const holder = readLink(paths.name(name));
    if (holder?.stack === stack && ids?.has(holder.id) !== false) rmSync(paths.name(name), { force: true });
  }
}

/**
 * A name without a record is about to get one while a command of its stack is at work; otherwise that command was killed.
 * @throws BerthError INPUT where it is in use
 */
async function releaseStale({ paths, addon }: Pick<HostTools, 'paths' | 'addon'>, holder: Owned): Promise<void> {
  const { name, stack, id } = holder;
  if (isUsed(paths, holder)) throw inUse(name, stack);
  const lock = await lockStack(addon, paths.stack(stack), stack, { command: 'name', timeoutMs: 0 }).catch((error) => {
    throw isBerthError(error) && error.code === 'LOCKED' ? inUse(name, stack) : error;
  });
  try {
    if (isUsed(paths, holder)) throw inUse(name, stack);
    releaseName(paths, { name, stack, id });
  } finally {
    lock.release();
  }
}

function isUsed(paths: Paths, { name, id }: Owned): boolean {
  const record = readRecord(paths.container(id), id);
  return record !== null && record.name === name && record.state !== 'removing';
}

/** @returns false where the name is taken */
function makeLink(paths: Paths, path: string, target: string): boolean {
  try {
    symlinkSync(target, path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    if (errnoOf(error) !== 'ENOENT') throw error;
    makeDirs(paths.names);
    return makeLink(paths, path, target);
  }
}

/** Null where there is none; what nobody of ours has written is removed. */
function readLink(path: string): Pick<Owned, 'stack' | 'id'> | null {
  try {
    const [stack = '', id = ''] = readlinkSync(path).split('/');
    if (isStackName(stack) && isContainerId(id)) return { stack, id };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    if (errnoOf(error) !== 'EINVAL') throw error;
  }
  rmSync(path, { force: true });
  return null;
}

function inUse(name: string, stack: string): BerthError {
  return new BerthError('INPUT', `name container ${name}: the name is in use by stack ${stack}`);
}
