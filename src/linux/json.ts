import { readdirSync, readFileSync } from 'node:fs';
import { BerthError } from '../errors.js';

/** Value checks for our own files: they are claims until they were read with these. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Kinds of values that the checks below know; `?` allows null. */
export type Kind =
  | 'string'
  | 'string?'
  | 'number'
  | 'number?'
  | 'boolean'
  | 'array'
  | 'array?'
  | 'object'
  | 'object?'
  | 'strings'
  | 'stringMap';

/** A table with a kind for each key of T, so that a new field without a check does not compile. */
export type Shape<T> = { readonly [K in keyof T]-?: Kind };

/** True where every key of the shape is there with its kind. Keys that are not in the shape are let through. */
export function hasShape<T>(value: unknown, shape: Shape<T>): value is T {
  return firstMismatch(value, shape) === null;
}

/** The first key that is missing or of another kind, as `key: expected kind`; null where all fit. */
export function firstMismatch<T>(value: unknown, shape: Shape<T>): string | null {
  if (!isObject(value)) return 'expected an object';
  for (const [key, kind] of Object.entries<Kind>(shape)) {
    if (!isKind(value[key], kind)) return `${key}: expected ${kind}`;
  }
  return null;
}

function isKind(value: unknown, kind: Kind): boolean {
  switch (kind) {
    case 'string?':
    case 'number?':
      return value === null || typeof value === kind.slice(0, -1);
    case 'array':
      return Array.isArray(value);
    case 'array?':
      return value === null || Array.isArray(value);
    case 'strings':
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
    case 'object':
      return isObject(value);
    case 'object?':
      return value === null || isObject(value);
    case 'stringMap':
      return isObject(value) && Object.values(value).every((item) => typeof item === 'string');
    default:
      return typeof value === kind;
  }
}

/** Text of a file, or null where there is none. */
export function readIfPresent(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return null;
    throw error;
  }
}

/** Names in a directory; none where there is no directory. */
export function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** errno name of a failed call, e.g. 'ENOENT'; empty for anything else. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** @throws BerthError STATE naming the file */
export function parseState(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw stateError(path, error instanceof Error ? error.message : String(error));
  }
}

export function stateError(path: string, reason: string): BerthError {
  return new BerthError('STATE', `read state file ${path}: ${reason}`, {
    path,
    hint: 'the file is not trusted; restore it, or remove its directory to have its owner forgotten',
  });
}
