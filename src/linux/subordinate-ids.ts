import { closeSync } from 'node:fs';
import { join } from 'node:path';
import type { Addon } from '../addon/addon.js';
import { BerthError } from '../errors.js';
import type { IdMappings } from '../oci/input.js';
import type { AutoUserNamespace, IdMapping } from '../stack/model.js';
import { readIfPresent } from './json.js';
import type { Paths } from './paths.js';

/** Ids of the host that may be given to containers, of one kind. */
export interface IdRange {
  readonly start: number;
  readonly size: number;
}

/** Whose lines of /etc/subuid and /etc/subgid are ours; the second is podman's user for the same. */
const USERS = ['berth', 'containers'];
/** Above the ids that systemd gives to containers, below those that are negative in an int: nobody's by convention. */
const DEFAULT_RANGE: IdRange = { start: 0x7000_0000, size: 0x1000_0000 };
const LOCK_MS = 60_000;

/** The ranges of a subuid(5) file; its absence is an empty text. */
export function subordinateRanges(text: string): readonly IdRange[] {
  const lines = text.split('\n').flatMap((line) => {
    const [, name = '', start, size] = /^([^:#]+):(\d{1,10}):(\d{1,10})\s*$/.exec(line) ?? [];
    return Number(size) > 0 ? [{ name, start: Number(start), size: Number(size) }] : [];
  });
  const user = USERS.find((name) => lines.some((line) => line.name === name));
  if (user === undefined) return [DEFAULT_RANGE];
  return lines.filter(({ name }) => name === user).map(({ start, size }) => ({ start, size }));
}

/** The lowest `size` ids in a row that are in `ranges` and not in `used`; null: there are none. */
export function firstFree(ranges: readonly IdRange[], used: readonly IdRange[], size: number): number | null {
  const taken = [...used].sort((a, b) => a.start - b.start);
  for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
    let start = range.start;
    for (const other of taken)
      if (other.start < start + size && start < other.start + other.size) start = other.start + other.size;
    if (start + size <= range.start + range.size) return start;
  }
  return null;
}

/** The asked-for mappings, and the range for all other ids below `size`, which keep their distance from its start. */
export function mappingsWithin(size: number, hostStart: number, asked: readonly IdMapping[]): readonly IdMapping[] {
  const mappings: IdMapping[] = [];
  let next = 0;
  for (const given of [...asked].sort((a, b) => a.containerId - b.containerId)) {
    const gap = Math.min(given.containerId, size) - next;
    if (gap > 0) mappings.push({ containerId: next, hostId: hostStart + next, size: gap });
    mappings.push(given);
    next = Math.max(next, given.containerId + given.size);
  }
  if (next < size) mappings.push({ containerId: next, hostId: hostStart + next, size: size - next });
  return mappings;
}

/**
 * Mappings of a new user namespace, of ids that no container of this host has.
 * @throws BerthError UNSUPPORTED where none are left
 */
export function chooseMappings(
  auto: AutoUserNamespace,
  host: { readonly subuid: string; readonly subgid: string },
  others: readonly IdMappings[],
): IdMappings {
  const used = (kind: keyof IdMappings) =>
    others.flatMap((ids) => ids[kind].map(({ hostId, size }) => ({ start: hostId, size })));
  const choose = (kind: keyof IdMappings, text: string, asked: readonly IdMapping[], file: string) => {
    const reserved = asked.map(({ hostId, size }) => ({ start: hostId, size }));
    const start = firstFree(subordinateRanges(text), [...used(kind), ...reserved], auto.size);
    if (start !== null) return mappingsWithin(auto.size, start, asked);
    throw new BerthError(
      'UNSUPPORTED',
      `give a user namespace ${auto.size} ids: ${file} has no free range of that size`,
      {
        path: file,
        hint: 'give user `berth` a larger range there, or say `userns_mode: auto:size=N` with a smaller one',
      },
    );
  };
  return {
    uids: choose('uids', host.subuid, auto.uidMappings, '/etc/subuid'),
    gids: choose('gids', host.subgid, auto.gidMappings, '/etc/subgid'),
  };
}

export function hostRanges(): { readonly subuid: string; readonly subgid: string } {
  return { subuid: readIfPresent('/etc/subuid') ?? '', subgid: readIfPresent('/etc/subgid') ?? '' };
}

/** Runs `take`, which looks at what all containers have and writes down what one takes, while no other command does. */
export async function withIdsLocked<T>(addon: Addon, paths: Paths, take: () => T): Promise<T> {
  const fd = await addon.lockFile(join(paths.root, 'ids.lock'), true, LOCK_MS);
  try {
    return take();
  } finally {
    closeSync(fd);
  }
}
