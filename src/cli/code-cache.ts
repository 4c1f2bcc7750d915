import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { Script } from 'node:vm';

/**
 * Compiled code of the bundles, made when they are built: V8 then reads it instead of compiling them anew in each command.
 * V8 itself refuses code that another version of it has made; which sources it belongs to, the directory's name tells.
 */

/** Has bundles below `dist` run from the code that is kept for them, where it fits. */
export function useCode(dist: string): void {
  loadWith(dist, (path) => new Script(wrapped(path), { filename: path, cachedData: readCode(dist, path) }));
}

/**
 * Loads bundles, and keeps the code that this has compiled.
 * @param names of the bundles; loading them has no effect but that
 */
export function keepCode(dist: string, names: readonly string[]): void {
  const scripts = new Map<string, Script>();
  loadWith(dist, (path) => {
    const script = new Script(wrapped(path), { filename: path });
    scripts.set(path, script);
    return script;
  });
  const load = createRequire(join(dist, 'berth.cjs'));
  for (const name of names) load(`./${name}`);
  mkdirSync(codeDir(dist), { recursive: true });
  for (const [path, script] of scripts) writeFileSync(codePath(dist, path), script.createCachedData());
}

/** Node's own way of running a CommonJS module, with a script of ours. */
function loadWith(dist: string, compile: (path: string) => Script): void {
  const { extensions } = createRequire(join(dist, 'berth.cjs'));
  extensions['.cjs'] = (module, path) => {
    const run = compile(path).runInThisContext();
    run.call(module.exports, module.exports, createRequire(path), module, path, dirname(path));
  };
}

function wrapped(path: string): string {
  return `(function (exports, require, module, __filename, __dirname) { ${readFileSync(path, 'utf8')}\n})`;
}

function readCode(dist: string, path: string): Buffer | undefined {
  try {
    return readFileSync(codePath(dist, path));
  } catch {
    // Not kept, or not readable: it costs time, never the result.
    return undefined;
  }
}

function codePath(dist: string, path: string): string {
  return join(codeDir(dist), basename(path));
}

function codeDir(dist: string): string {
  return join(dist, `.code-${BERTH_BUILD.slice(0, 16)}`);
}
