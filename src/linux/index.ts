import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BerthError, isBerthError } from '../errors.js';
import type { Stack } from '../stack/model.js';
import { replaceFile } from './atomic.js';
import { isObject, readIfPresent } from './json.js';
import { isContainerId, type Paths } from './paths.js';
import { type ContainerRecord, readRecord } from './record.js';
import { namesIn } from './state.js';

/** All records of the state directory, read once, and what could not be read. */
export interface ContainerIndex {
  /** oldest first */
  readonly records: readonly ContainerRecord[];
  /** one for each record that is not trusted */
  readonly problems: readonly BerthError[];
}

/** Reads every record: about 40 µs each. */
export function listContainers(paths: Paths): ContainerIndex {
  const records: ContainerRecord[] = [];
  const problems: BerthError[] = [];
  for (const id of namesIn(paths.containers).filter(isContainerId)) {
    try {
      const record = readRecord(paths.container(id), id);
      if (record !== null) records.push(record);
    } catch (error) {
      if (!isBerthError(error)) throw error;
      problems.push(error);
    }
  }
  records.sort((a, b) => a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id));
  return { records, problems };
}

/**
 * Finds one container by id, unique prefix of an id, or name.
 * @throws BerthError NOT_FOUND, INPUT where a prefix fits several
 */
export function findContainer(index: ContainerIndex, wanted: string): ContainerRecord {
  const exact = index.records.find((record) => record.id === wanted);
  // The youngest of a name is the one in use; an older one is about to be removed.
  const named = index.records.findLast((record) => record.name === wanted && record.state !== 'removing');
  const prefixed = /^[0-9a-f]{3,}$/.test(wanted) ? index.records.filter((record) => record.id.startsWith(wanted)) : [];
  const found = exact ?? named ?? prefixed[0];
  if (found === undefined) throw new BerthError('NOT_FOUND', `find container ${wanted}: no such container`);
  if (found !== exact && found !== named && prefixed.length > 1) {
    throw new BerthError('INPUT', `find container ${wanted}: ${prefixed.length} containers begin with this id`);
  }
  return found;
}

/** What a resolved stack file was made from: while none of it changes, reading it again gives the same stack. */
export interface FileInputs {
  /** how the files were asked for: paths, project name, directory; any text that tells requests apart */
  readonly request: string;
  /** every file that was read, absolute */
  readonly files: readonly string[];
  /** variables that interpolation asked for; null: not set */
  readonly environment: Readonly<Record<string, string | null>>;
  /** Unix time in ms from before the first file was read */
  readonly readAtMs: number;
}

/** Kernel time stamps move on in ticks: what was changed this shortly before it was read may change again unseen. */
const TICK_MS = 20;

/** Keeps a resolved stack for `recallStack`. It lies in the run directory: a cache, gone with the boot. */
export function rememberStack(paths: Paths, inputs: FileInputs, stack: Stack): void {
  if (
    inputs.files.some((file) => (statSync(file, { throwIfNoEntry: false })?.ctimeMs ?? 0) > inputs.readAtMs - TICK_MS)
  )
    return;
  mkdirSync(paths.runIndex, { recursive: true, mode: 0o700 });
  const stamps = inputs.files.map((file) => ({ file, stamp: fileStamp(file) }));
  const entry = { version: 1, berth: BERTH_VERSION, stamps, environment: inputs.environment, stack };
  replaceFile(entryPath(paths, inputs.request), JSON.stringify(entry));
}

/** The stack that was kept for this request, if no input has changed since; null: it must be read from its files. */
export function recallStack(
  paths: Paths,
  request: string,
  lookUp: (variable: string) => string | undefined,
): Stack | null {
  const text = readIfPresent(entryPath(paths, request));
  if (text === null) return null;
  const entry: unknown = parseOrNull(text);
  if (!isObject(entry) || entry['version'] !== 1 || entry['berth'] !== BERTH_VERSION) return null;
  const { stamps, environment, stack } = entry;
  if (!Array.isArray(stamps) || !stamps.every(isUnchanged)) return null;
  if (
    !isObject(environment) ||
    !Object.entries(environment).every(([name, value]) => (lookUp(name) ?? null) === value)
  ) {
    return null;
  }
  return isStack(stack) ? stack : null;
}

/** Drops what is kept for a request. */
export function forgetStack(paths: Paths, request: string): void {
  rmSync(entryPath(paths, request), { force: true });
}

function entryPath(paths: Paths, request: string): string {
  return join(paths.runIndex, `${createHash('sha256').update(request).digest('hex')}.json`);
}

/** Identity of a file's content as cheap as one stat: inode, size and both times. Empty: the file is not there. */
function fileStamp(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? '' : [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(':');
}

function isUnchanged(entry: unknown): boolean {
  return isObject(entry) && typeof entry['file'] === 'string' && fileStamp(entry['file']) === entry['stamp'];
}

/** The cache was written by this very version from a checked stack; whole or absent is all that can be. */
function isStack(value: unknown): value is Stack {
  return (
    isObject(value) && typeof value['name'] === 'string' && isObject(value['services']) && isObject(value['volumes'])
  );
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
