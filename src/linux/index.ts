import { statSync } from 'node:fs';
import { BerthError, isBerthError } from '../errors.js';
import { namesIn } from './json.js';
import { isContainerId, type Paths } from './paths.js';
import { type ContainerRecord, readRecord, withState } from './record.js';

/** All records of the state directory, read once, and what could not be read. */
export interface ContainerIndex {
  /** oldest first */
  readonly records: readonly ContainerRecord[];
  /** one for each record that is not trusted */
  readonly problems: readonly BerthError[];
}

/** The records of the state directory, as they are whenever it is asked. */
export interface Containers {
  /** all of them */
  readonly list: () => ContainerIndex;
  /** one by its id; null where there is none. @throws BerthError STATE for one that is not trusted */
  readonly read: (id: string) => ContainerRecord | null;
}

/**
 * Reads a record again only where its file is another one than last time: every write replaces it, and each step of a large
 * stack asks.
 */
export function createContainers(paths: Paths): Containers {
  const known = new Map<string, { readonly stamp: string; readonly record: ContainerRecord }>();
  const read = (id: string): ContainerRecord | null => {
    const container = paths.container(id);
    const stats = statSync(container.record, { throwIfNoEntry: false });
    if (stats === undefined) return null;
    const stamp = `${stats.ino}:${stats.ctimeMs}:${stats.size}`;
    const last = known.get(id);
    if (last?.stamp === stamp) return withState(container, last.record);
    const record = readRecord(container, id);
    if (record?.state === 'created') known.set(id, { stamp, record });
    return record;
  };
  return { list: () => indexOf(namesIn(paths.containers).filter(isContainerId), read), read };
}

function indexOf(ids: readonly string[], read: (id: string) => ContainerRecord | null): ContainerIndex {
  const records: ContainerRecord[] = [];
  const problems: BerthError[] = [];
  for (const id of ids) {
    try {
      const record = read(id);
      if (record !== null) records.push(record);
    } catch (error) {
      if (!isBerthError(error)) throw error;
      problems.push(error);
    }
  }
  records.sort((a, b) => compare(a.createdAt, b.createdAt) || compare(a.id, b.id));
  return { records, problems };
}

/** By code units: the collator of `localeCompare` takes longer to load than all of this. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
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
