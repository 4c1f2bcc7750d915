import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { makeDirs } from '../directories.js';
import type { IdMappings } from '../oci/input.js';
import { blankService } from '../stack/blank-service.js';
import type { Service } from '../stack/model.js';
import { createDir, replaceFile, unlinkIfPresent } from './atomic.js';
import {
  errnoOf,
  firstMismatch,
  hasShape,
  isObject,
  parseState,
  readIfPresent,
  type Shape,
  stateError,
} from './json.js';
import { type ContainerPaths, isContainerId, isStackName, isVolumeName, type Paths } from './paths.js';

/** Namespaces that a container can join from another one. */
export type JoinedNamespace = 'network' | 'ipc' | 'pid' | 'uts' | 'user' | 'cgroup';

/** `record.json` of a container: what it is and what was intended. It is written before the first side effect. */
export interface ContainerRecord {
  readonly version: 1;
  readonly id: string;
  readonly name: string;
  readonly stack: string;
  readonly service: string;
  /** 0 for one-off containers */
  readonly replica: number;
  readonly oneOff: boolean;
  /** RFC 3339, UTC */
  readonly createdAt: string;
  readonly labels: Readonly<Record<string, string>>;
  /** as the service asked for it, and the `sha256:…` that it meant then */
  readonly image: { readonly reference: string; readonly id: string };
  readonly applied: Service;
  /** ids of the containers whose namespaces it is started in */
  readonly joined: Readonly<Partial<Record<JoinedNamespace, string>>>;
  /** of its own user namespace, for as long as it lives; null: it is in the host's, or another's */
  readonly ids: IdMappings | null;
  /** names of its anonymous volumes by their destination */
  readonly anonymousVolumes: Readonly<Record<string, string>>;
  /** store names of the named volumes that it mounts, by their keys in the stack file */
  readonly namedVolumes: Readonly<Record<string, string>>;
  /** store names of all volumes that it mounts, anonymous ones too */
  readonly volumes: readonly string[];
  /** counts the rewrites of config.json and supervise */
  readonly generation: number;
  /** boot that config.json was written in: device numbers and the host's resolv.conf are of that boot */
  readonly bootId: string;
  /** stopped on request: not started again after a reboot, whatever its restart policy */
  readonly manuallyStopped: boolean;
  /** `creating` stands in the file only of what is never whole; the others are told by the files beside it */
  readonly state: 'creating' | 'created' | 'removing';
}

const recordShape: Shape<ContainerRecord> = {
  version: 'number',
  id: 'string',
  name: 'string',
  stack: 'string',
  service: 'string',
  replica: 'number',
  oneOff: 'boolean',
  createdAt: 'string',
  labels: 'stringMap',
  image: 'stringMap',
  applied: 'object',
  joined: 'stringMap',
  ids: 'object?',
  anonymousVolumes: 'stringMap',
  namedVolumes: 'stringMap',
  volumes: 'strings',
  generation: 'number',
  bootId: 'string',
  manuallyStopped: 'boolean',
  state: 'string',
};

const serviceShape: Shape<Service> = {
  name: 'string',
  image: 'string',
  replicas: 'number',
  containerName: 'string?',
  command: 'array?',
  entrypoint: 'array?',
  environment: 'object',
  workingDir: 'string?',
  user: 'string?',
  groupAdd: 'strings',
  hostname: 'string?',
  domainname: 'string?',
  init: 'boolean',
  tty: 'boolean',
  stdinOpen: 'boolean',
  labels: 'stringMap',
  extraHosts: 'array',
  oomScoreAdj: 'number?',
  ulimits: 'object',
  sysctls: 'stringMap',
  privileged: 'boolean',
  readOnly: 'boolean',
  capAdd: 'strings',
  capDrop: 'strings',
  devices: 'array',
  deviceCgroupRules: 'strings',
  noNewPrivileges: 'boolean',
  seccomp: 'object?',
  namespaces: 'object',
  mounts: 'array',
  shmSizeBytes: 'number',
  resources: 'object',
  restart: 'object',
  healthcheck: 'object?',
  onUnhealthy: 'string',
  stopSignal: 'string?',
  stopGraceMs: 'number',
  logging: 'object',
  dependsOn: 'object',
};

/** @throws BerthError STATE naming the file and the key that is wrong */
export function parseRecord(path: string, text: string, id: string): ContainerRecord {
  const value = withDefaults(parseState(path, text));
  const reason = firstMismatch(value, recordShape) ?? recordProblem(value, id);
  if (reason !== null || !hasShape(value, recordShape)) throw stateError(path, reason ?? 'unreadable');
  return value;
}

/** What a service can say by now and an older Berth did not know of has its default. */
function withDefaults(value: unknown): unknown {
  if (!isObject(value) || !isObject(value['applied'])) return value;
  const { name: _name, image: _image, ...defaults } = blankService('', '');
  return { ids: null, ...value, applied: { ...defaults, ...value['applied'] } };
}

/** What the shape can't say: values that are joined into paths, and the closed sets. */
function recordProblem(value: unknown, id: string): string | null {
  if (!hasShape(value, recordShape)) return 'expected an object';
  const service = firstMismatch(value.applied, serviceShape);
  if (service !== null) return `applied.${service}`;
  if (!value.applied.mounts.every(isObject)) return 'applied.mounts: expected objects';
  if (value.version !== 1) return `version: ${String(value.version)} is of another Berth, expected 1`;
  if (value.id !== id) return `id: ${JSON.stringify(value.id)} is not its directory's name`;
  if (!isStackName(value.stack)) return `stack: ${JSON.stringify(value.stack)} is no stack name`;
  if (!['creating', 'created', 'removing'].includes(value.state)) return `state: ${JSON.stringify(value.state)}`;
  if (typeof value.image.id !== 'string' || typeof value.image.reference !== 'string')
    return 'image: expected reference and id';
  if (value.ids !== null && !(isMappings(value.ids.uids) && isMappings(value.ids.gids)))
    return 'ids: expected mappings';
  if (!Object.values(value.joined).every(isContainerId)) return 'joined: expected container ids';
  if (![...value.volumes, ...Object.values(value.anonymousVolumes)].every(isVolumeName))
    return 'volumes: expected volume names';
  return null;
}

function isMappings(value: unknown): boolean {
  const isId = (id: unknown) => Number.isInteger(id) && Number(id) >= 0 && Number(id) < 2 ** 32;
  const keys = ['containerId', 'hostId', 'size'];
  return Array.isArray(value) && value.every((mapping) => isObject(mapping) && keys.every((key) => isId(mapping[key])));
}

/** The record of a container, with its state as of now; null where there is none, or a power cut took its content. */
export function readRecord(paths: ContainerPaths, id: string): ContainerRecord | null {
  const text = readIfPresent(paths.record);
  return text === null || text === '' ? null : withState(paths, parseRecord(paths.record, text, id));
}

/** A container is whole while its `supervise` file is there: it is written last, and is the first to go. */
export function withState(paths: ContainerPaths, record: ContainerRecord): ContainerRecord {
  if (record.state !== 'created' || existsSync(paths.supervise)) return record;
  return { ...record, state: existsSync(paths.config) ? 'removing' : 'creating' };
}

/** Says that a container is to be removed, whatever becomes of the command that does it. It is not started again. */
export function markRemoving(paths: ContainerPaths): void {
  unlinkIfPresent(paths.supervise);
}

/** Where records are written, and by whom they are synced: HostTools. */
interface Records {
  readonly paths: Pick<Paths, 'container'>;
  readonly unsynced: Set<string>;
}

/**
 * Writes the first record of a container, by which its directory comes into being. Nothing else was done before. Neither
 * this nor `writeRecord` waits for the disk: what a power cut leaves of a record that was just written is none.
 */
export function createRecord({ paths, unsynced }: Records, record: ContainerRecord): void {
  const { dir, record: path } = paths.container(record.id);
  const text = recordText(record);
  try {
    createDir(dir, basename(path), text);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    makeDirs(dirname(dir));
    createDir(dir, basename(path), text);
  }
  unsynced.add(path);
}

/** Replaces a container's record. */
export function writeRecord({ paths, unsynced }: Records, record: ContainerRecord): void {
  const { record: path } = paths.container(record.id);
  replaceFile(path, recordText(record));
  unsynced.add(path);
}

function recordText(record: ContainerRecord): string {
  return `${JSON.stringify(record)}\n`;
}
