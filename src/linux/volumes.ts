import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { makeDirs } from '../directories.js';
import { BerthError } from '../errors.js';
import type { ObservedVolume } from '../plan/observed.js';
import type { Volume } from '../stack/model.js';
import { createDirDurably, removeDir, writeDurably } from './atomic.js';
import { firstMismatch, hasShape, namesIn, parseState, readIfPresent, type Shape, stateError } from './json.js';
import { isVolumeName, type Paths } from './paths.js';
import type { ContainerRecord } from './record.js';

/** `volume.json`: what a volume is and who made it. The directory comes and goes with it. */
export interface VolumeRecord {
  readonly version: 1;
  readonly name: string;
  /** null: made by hand */
  readonly stack: string | null;
  readonly key: string | null;
  readonly labels: Readonly<Record<string, string>>;
  /** `type`, `o`, `device` of the local driver; empty: a plain directory */
  readonly driverOpts: Readonly<Record<string, string>>;
  /** the container and destination that an anonymous volume was made for; null for a named one */
  readonly madeFor: { readonly container: string; readonly target: string } | null;
  /** RFC 3339, UTC */
  readonly createdAt: string;
}

const volumeShape: Shape<VolumeRecord> = {
  version: 'number',
  name: 'string',
  stack: 'string?',
  key: 'string?',
  labels: 'stringMap',
  driverOpts: 'stringMap',
  madeFor: 'object?',
  createdAt: 'string',
};

/** The record of a volume; null where there is no such volume. @throws BerthError STATE naming the file */
export function readVolume(paths: Paths, name: string): VolumeRecord | null {
  const { record } = paths.volume(name);
  const text = readIfPresent(record);
  if (text === null) return null;
  const value = parseState(record, text);
  if (!hasShape(value, volumeShape)) throw stateError(record, firstMismatch(value, volumeShape) ?? 'unreadable');
  if (value.name !== name) throw stateError(record, `name: ${JSON.stringify(value.name)} is not its directory's name`);
  return value;
}

/** @throws BerthError NOT_FOUND */
export function inspectVolume(paths: Paths, name: string): VolumeRecord {
  const volume = isVolumeName(name) ? readVolume(paths, name) : null;
  if (volume === null) throw new BerthError('NOT_FOUND', `find volume ${name}: no such volume`);
  return volume;
}

export function listVolumes(paths: Paths): readonly VolumeRecord[] {
  const names = namesIn(paths.volumes).filter(isVolumeName).sort();
  return names.flatMap((name) => readVolume(paths, name) ?? []);
}

/**
 * Makes a volume of a stack file. One that is there is left as it is; an external one must be there.
 * @throws BerthError NOT_FOUND, INPUT
 */
export async function createVolume(paths: Paths, stack: string | null, volume: Volume): Promise<void> {
  if (readVolume(paths, volume.name) !== null) return restoreData(paths, volume.name);
  checkVolume(paths, volume);
  const labels = stack === null ? volume.labels : { ...volume.labels, ...volumeLabels(stack, volume.key) };
  await writeVolume(paths, {
    version: 1,
    name: volume.name,
    stack,
    key: volume.key,
    labels,
    driverOpts: volume.driverOpts,
    madeFor: null,
    createdAt: new Date().toISOString(),
  });
}

/** What would keep a volume of a stack file from being made or used. @throws BerthError NOT_FOUND, INPUT */
export function checkVolume(paths: Paths, volume: Volume): void {
  if (readVolume(paths, volume.name) !== null) return;
  if (volume.external) {
    throw new BerthError('NOT_FOUND', `use external volume ${volume.name}: no such volume`, {
      hint: 'external volumes are made outside of the stack file; drop `external: true` to have it made',
    });
  }
  checkDriverOpts(volume.name, volume.driverOpts);
}

/** Labels that docker compose puts on volumes, so that people recognise them. */
function volumeLabels(stack: string, key: string): Readonly<Record<string, string>> {
  return {
    'com.docker.compose.project': stack,
    'com.docker.compose.volume': key,
    'com.docker.compose.version': BERTH_VERSION,
  };
}

/** A name for an anonymous volume: 64 hex digits, as Docker has them. */
export function anonymousVolumeName(): string {
  return randomBytes(32).toString('hex');
}

/** Makes an anonymous volume under a name that is already in its container's record. */
export async function createAnonymousVolume(
  paths: Paths,
  name: string,
  owner: { readonly stack: string; readonly container: string; readonly target: string },
): Promise<void> {
  if (readVolume(paths, name) !== null) return restoreData(paths, name);
  await writeVolume(paths, {
    version: 1,
    name,
    stack: owner.stack,
    key: null,
    labels: { 'com.docker.volume.anonymous': '', 'com.docker.compose.project': owner.stack },
    driverOpts: {},
    madeFor: { container: owner.container, target: owner.target },
    createdAt: new Date().toISOString(),
  });
}

/** A volume whose directory went missing gets an empty one, rather than failing every start from then on. */
function restoreData(paths: Paths, name: string): void {
  makeDirs(paths.volume(name).data, 0o755);
}

async function writeVolume(paths: Paths, volume: VolumeRecord): Promise<void> {
  const { dir, data, record } = paths.volume(volume.name);
  const text = `${JSON.stringify(volume)}\n`;
  makeDirs(paths.volumes);
  if (existsSync(dir)) {
    // A power cut or a careless hand took the record only: whose data it is nobody knows, but it is data.
    makeDirs(data, 0o755);
    return writeDurably(record, text, 'new');
  }
  await createDirDurably(dir, basename(record), text, (partial) => {
    chmodSync(partial, 0o701);
    mkdirSync(join(partial, basename(data)), { mode: 0o755 });
  });
}

/**
 * Removes a volume with its data. A missing one is no error.
 * @throws BerthError INPUT where containers use it
 */
export async function removeVolume(paths: Paths, name: string, records: readonly ContainerRecord[]): Promise<void> {
  const users = records.filter((record) => record.volumes.includes(name));
  if (users.length > 0) {
    throw new BerthError('CONFLICT', `remove volume ${name}: in use by ${users.map((user) => user.name).join(', ')}`);
  }
  await removeDir(paths.volume(name).dir);
}

/** Volumes as the planner sees them: all that a stack made, and those that its containers or `names` mention. */
export function observeVolumes(
  paths: Paths,
  stack: string,
  records: readonly ContainerRecord[],
  names: ReadonlySet<string>,
): readonly ObservedVolume[] {
  const used = new Set(records.filter((record) => record.stack === stack).flatMap((record) => record.volumes));
  return namesIn(paths.volumes)
    .filter(isVolumeName)
    .sort()
    .flatMap((name) => {
      const volume = readVolume(paths, name);
      const ours = volume?.stack === stack || used.has(name) || names.has(name);
      return volume !== null && ours ? [observeVolume(paths, volume, records)] : [];
    });
}

function observeVolume(paths: Paths, volume: VolumeRecord, records: readonly ContainerRecord[]): ObservedVolume {
  const { name, stack, key, labels, driverOpts } = volume;
  return {
    name,
    stack,
    key,
    present: existsSync(paths.volume(name).data),
    anonymous: volume.madeFor !== null,
    definition:
      key === null ? null : { key, name, external: false, driver: 'local', driverOpts, labels: ownLabels(labels) },
    usedBy: records.filter((record) => record.volumes.includes(name)).map((record) => record.id),
  };
}

function ownLabels(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !key.startsWith('com.docker.compose.')));
}

/** What is mounted for a volume; in the words of mount(2). */
export interface VolumeSource {
  /** `bind` for a directory, else the file system's type */
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

/** Where a volume's data is: its own directory, or what its driver options name. */
export function volumeSource(paths: Paths, volume: VolumeRecord): VolumeSource {
  const { type, o, device } = volume.driverOpts;
  if (type === undefined && device === undefined)
    return { type: 'bind', source: paths.volume(volume.name).data, options: [] };
  const options = (o ?? '').split(',').filter((option) => option !== '');
  const isBind = options.includes('bind') || options.includes('rbind');
  if (!isBind) return { type: type ?? 'none', source: device ?? 'none', options };
  return {
    type: 'bind',
    source: device ?? '',
    options: options.filter((option) => option !== 'bind' && option !== 'rbind'),
  };
}

const DRIVER_OPTIONS = ['type', 'o', 'device'];

function checkDriverOpts(name: string, driverOpts: Readonly<Record<string, string>>): void {
  const unknown = Object.keys(driverOpts).find((key) => !DRIVER_OPTIONS.includes(key));
  const failed = (reason: string) => new BerthError('INPUT', `create volume ${name}: ${reason}`);
  if (unknown !== undefined)
    throw failed(`the local driver has no option '${unknown}', only ${DRIVER_OPTIONS.join(', ')}`);
  const { type, o = '', device } = driverOpts;
  if (device === undefined && type === undefined && o !== '') throw failed("option 'o' needs 'type' and 'device'");
  if (o.split(',').some((option) => option === 'bind' || option === 'rbind')) {
    if (device === undefined || !statSync(device, { throwIfNoEntry: false })?.isDirectory()) {
      throw failed(`device ${device ?? '(none)'} is not a directory`);
    }
  }
}
