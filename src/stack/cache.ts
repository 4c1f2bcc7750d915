import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirs } from '../directories.js';
import { digestOf, isUnchanged } from './inputs.js';
import type { LoadResult } from './load.js';
import type { Stack } from './model.js';
import type { Inputs, LoadOptions } from './options.js';

/** A stack, or what is wrong with its files. */
export type StackResult =
  | Extract<LoadResult, { ok: false }>
  | Pick<Extract<LoadResult, { ok: true }>, 'ok' | 'stack' | 'inputs'>;

/** What a cache file holds. `stack` is trusted only if `build` is ours and the inputs are unchanged. */
interface CachedStack {
  readonly build: string;
  readonly inputs: Inputs;
  readonly stack: Stack;
}

/**
 * `load()`, or its last result where no input has changed since: then neither yaml nor zod is loaded. There is one file for
 * each set of options in `<cacheDir>`; what can't be read or written there costs time, never the result.
 * @param cacheDir absolute, `<root>/cache/stack`; made when it is missing
 */
export async function loadCached(options: LoadOptions, cacheDir: string): Promise<StackResult> {
  const path = join(cacheDir, `${keyOf(options)}.json`);
  const cached = readCache(path);
  if (cached && isUnchanged(cached.inputs, options.environment))
    return { ok: true, stack: cached.stack, inputs: cached.inputs };
  const { load } = await import('./load.js');
  const result = await load(options);
  if (result.ok) writeCache(cacheDir, path, { build: BERTH_BUILD, inputs: result.inputs, stack: result.stack });
  return result;
}

/** The environment is no part of it: the variables that matter are among the inputs. */
function keyOf(options: LoadOptions): string {
  const { cwd, files = [], projectDirectory = null, projectName = null, envFiles = [] } = options;
  const { profiles = [], services = [] } = options;
  return String(
    digestOf(JSON.stringify([BERTH_BUILD, cwd, files, projectDirectory, projectName, envFiles, profiles, services])),
  );
}

function readCache(path: string): CachedStack | null {
  try {
    const cached: CachedStack = JSON.parse(readFileSync(path, 'utf8'));
    return cached.build === BERTH_BUILD ? cached : null;
  } catch {
    return null;
  }
}

/** By rename, so that a command beside us reads the old or the new one. It holds the environment of services: ours alone. */
function writeCache(dir: string, path: string, cached: CachedStack): void {
  const partial = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    makeDirs(dir);
    writeFileSync(partial, JSON.stringify(cached), { mode: 0o600, flag: 'wx' });
    renameSync(partial, path);
  } catch {
    // a full or read-only disk: the next command parses again
  }
}
