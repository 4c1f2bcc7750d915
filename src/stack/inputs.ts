import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { InputDigest, Inputs } from './options.js';

/** The outside world of one load. Everything asked of it is noted, so that a later load knows whether to look again. */
export interface InputReader {
  /** @returns the text; null if there is no such file. @throws a SystemError for any other failure */
  readFile(path: string): string | null;
  variable(name: string): string | undefined;
  inputs(): Inputs;
}

export function createInputReader(environment: Readonly<Record<string, string>>): InputReader {
  const files = new Map<string, InputDigest>();
  const variables = new Map<string, InputDigest>();
  return {
    readFile(path) {
      const text = readIfThere(path);
      files.set(path, digestOf(text));
      return text;
    },
    variable(name) {
      const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
      variables.set(name, digestOf(value ?? null));
      return value;
    },
    inputs: () => ({ files: Object.fromEntries(files), variables: Object.fromEntries(variables) }),
  };
}

/** True if every input still is what it was when `inputs` was noted. */
export function isUnchanged(inputs: Inputs, environment: Readonly<Record<string, string>>): boolean {
  const reader = createInputReader(environment);
  const sameVariables = Object.entries(inputs.variables).every(
    ([name, digest]) => digestOf(reader.variable(name) ?? null) === digest,
  );
  return (
    sameVariables && Object.entries(inputs.files).every(([path, digest]) => digestOf(readIfThere(path)) === digest)
  );
}

/** Digests rather than values: a cache must not become another place that holds passwords. */
export function digestOf(text: string | null): InputDigest {
  return text === null ? null : createHash('sha256').update(text).digest('hex');
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null;
    throw error;
  }
}
