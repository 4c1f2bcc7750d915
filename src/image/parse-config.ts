import type { HistoryEntry, ImageConfig, ImageHealthcheck, ImageRunConfig } from './config.js';
import { checkDigest } from './digest.js';
import {
  boolean,
  count,
  type Json,
  list,
  member,
  parseJson,
  record,
  required,
  text,
  textMap,
  texts,
} from './narrow.js';

/** What stands for an image's layers in memory bounds its config, too. */
export const MAX_CONFIG_BYTES = 8 << 20;

/**
 * Reads an OCI or Docker image config. Fields that we don't know are kept as they are.
 * @throws BerthError INPUT that names the field
 */
export function parseImageConfig(bytes: Uint8Array, what = 'image config'): ImageConfig {
  const json = parseJson(bytes, what);
  const run = member(json, 'config');
  return {
    ...record(json),
    ...optional('created', member(json, 'created'), text),
    ...optional('author', member(json, 'author'), text),
    ...optional('variant', member(json, 'variant'), text),
    architecture: text(required(json, 'architecture')),
    os: text(required(json, 'os')),
    config: run === undefined ? {} : parseRunConfig(run),
    rootfs: { type: 'layers', diff_ids: parseDiffIds(required(json, 'rootfs')) },
    history: list(member(json, 'history') ?? { value: [], path: '' }).map(parseHistory),
  };
}

function parseDiffIds(rootfs: Json): string[] {
  const diffIds = member(rootfs, 'diff_ids');
  return diffIds === undefined ? [] : list(diffIds).map((diffId) => checkDigest(text(diffId), `read ${diffId.path}`));
}

function parseRunConfig(json: Json): ImageRunConfig {
  return {
    ...record(withoutNulls(json)),
    ...optional('User', member(json, 'User'), text),
    ...optional('ExposedPorts', member(json, 'ExposedPorts'), record),
    ...optional('Env', member(json, 'Env'), texts),
    ...optional('Entrypoint', member(json, 'Entrypoint'), texts),
    ...optional('Cmd', member(json, 'Cmd'), texts),
    ...optional('Volumes', member(json, 'Volumes'), record),
    ...optional('WorkingDir', member(json, 'WorkingDir'), text),
    ...optional('Labels', member(json, 'Labels'), textMap),
    ...optional('StopSignal', member(json, 'StopSignal'), text),
    ...optional('Healthcheck', member(json, 'Healthcheck'), parseHealthcheck),
  };
}

function parseHealthcheck(json: Json): ImageHealthcheck {
  return {
    ...optional('Test', member(json, 'Test'), texts),
    ...optional('Interval', member(json, 'Interval'), count),
    ...optional('Timeout', member(json, 'Timeout'), count),
    ...optional('StartPeriod', member(json, 'StartPeriod'), count),
    ...optional('StartInterval', member(json, 'StartInterval'), count),
    ...optional('Retries', member(json, 'Retries'), count),
  };
}

function parseHistory(json: Json): HistoryEntry {
  return {
    ...record(withoutNulls(json)),
    ...optional('created', member(json, 'created'), text),
    ...optional('created_by', member(json, 'created_by'), text),
    ...optional('author', member(json, 'author'), text),
    ...optional('comment', member(json, 'comment'), text),
    ...optional('empty_layer', member(json, 'empty_layer'), boolean),
  };
}

function withoutNulls(json: Json): Json {
  return {
    path: json.path,
    value: Object.fromEntries(Object.entries(record(json)).filter(([, value]) => value !== null)),
  };
}

/** `{ [key]: value }`, or nothing where the member is absent. */
function optional<K extends string, T>(key: K, json: Json | undefined, read: (json: Json) => T): { [P in K]?: T } {
  const result: { [P in K]?: T } = {};
  if (json !== undefined) result[key] = read(json);
  return result;
}
