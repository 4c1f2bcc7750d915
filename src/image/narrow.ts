import { BerthError } from '../errors.js';

/** JSON that somebody else wrote, narrowed step by step. `path` names the value in errors: `config.Env[2]`. */
export interface Json {
  readonly value: unknown;
  readonly path: string;
}

/** Parses the exact bytes that were hashed. `what` names the document. */
export function parseJson(bytes: Uint8Array, what: string): Json {
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)), path: what };
  } catch (error) {
    throw new BerthError('INPUT', `read ${what}: not JSON`, { cause: error });
  }
}

/** A member of an object; undefined where it is absent or null, which mean the same in Go's JSON. */
export function member(json: Json, key: string): Json | undefined {
  const value = record(json)[key];
  return value === undefined || value === null ? undefined : { value, path: `${json.path}.${key}` };
}

export function required(json: Json, key: string): Json {
  const found = member(json, key);
  if (found === undefined) throw new BerthError('INPUT', `read ${json.path}: ${key} is missing`);
  return found;
}

export function record(json: Json): Record<string, unknown> {
  if (!isRecord(json.value)) throw expected(json, 'an object');
  return json.value;
}

export function text(json: Json): string {
  if (typeof json.value !== 'string') throw expected(json, 'a string');
  if (json.value.includes('\0')) throw expected(json, 'a string without NUL');
  return json.value;
}

export function boolean(json: Json): boolean {
  if (typeof json.value !== 'boolean') throw expected(json, 'true or false');
  return json.value;
}

/** A whole number from 0 up. */
export function count(json: Json): number {
  if (typeof json.value !== 'number' || !Number.isInteger(json.value) || json.value < 0) {
    throw expected(json, 'a whole number');
  }
  return json.value;
}

export function list(json: Json): Json[] {
  if (!Array.isArray(json.value)) throw expected(json, 'a list');
  return json.value.map((value: unknown, index) => ({ value, path: `${json.path}[${index}]` }));
}

export function texts(json: Json): string[] {
  return list(json).map(text);
}

export function textMap(json: Json): Record<string, string> {
  const entries = Object.entries(record(json));
  return Object.fromEntries(entries.map(([key, value]) => [key, text({ value, path: `${json.path}.${key}` })]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function expected(json: Json, what: string): BerthError {
  return new BerthError('INPUT', `read ${json.path}: expected ${what}`);
}
