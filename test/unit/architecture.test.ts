import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

/** Which folder may import which; the table of docs/architecture.md. A folder may always import itself. */
const srcArrows: Readonly<Record<string, readonly string[]>> = {
  cli: ['build', 'linux', 'image', 'apply', 'plan', 'oci', 'stack', 'addon'],
  build: ['linux', 'image', 'apply', 'plan', 'oci', 'stack', 'addon'],
  linux: ['image', 'apply', 'plan', 'oci', 'stack', 'addon'],
  image: ['stack', 'addon'],
  apply: ['plan'],
  plan: ['oci', 'stack'],
  oci: ['stack'],
  stack: [],
  addon: [],
};
const srcShared = ['errors.ts', 'units.ts', 'directories.ts', 'limiter.ts', 'printable.ts', 'globals.d.ts'];

const nativeArrows: Readonly<Record<string, readonly string[]>> = {
  addon: ['runtime', 'oci', 'base', 'shim/protocol.h'],
  shim: ['runtime', 'oci', 'base'],
  runtime_cli: ['runtime', 'oci', 'base'],
  runtime: ['seccomp', 'oci', 'base'],
  seccomp: ['oci', 'base'],
  oci: ['base'],
  layer_addon: ['layer', 'base', 'addon/node_error.h'],
  layer: ['base'],
  base: [],
};

/** One import: the file that has it and the file it names, both relative to the top folder of the code. */
interface Import {
  readonly from: string;
  readonly to: string;
}

function sourceFiles(dir: string, extension: RegExp): string[] {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => extension.test(name)).map((name) => join(dir, name));
}

/** Relative imports of TypeScript text: static, type-only, re-exports and `import()`. */
function tsImports(from: string, text: string): Import[] {
  const specifiers = text.matchAll(/\b(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g);
  return [...specifiers].map(([, specifier = '']) => ({
    from,
    to: posix.normalize(posix.join(dirname(from), specifier)).replace(/\.js$/, '.ts'),
  }));
}

/** Quoted includes of C++ text; a name without a folder is the file's own folder. */
function nativeIncludes(from: string, text: string): Import[] {
  return [...text.matchAll(/^\s*#\s*include\s+"([^"]+)"/gm)].map(([, name = '']) => ({
    from,
    to: name.includes('/') && !name.startsWith('.') ? name : posix.normalize(posix.join(dirname(from), name)),
  }));
}

function readImports(top: string, extension: RegExp, find: (from: string, text: string) => Import[]): Import[] {
  return sourceFiles(top, extension).flatMap((path) => find(relative(top, path), readFileSync(path, 'utf8')));
}

function folderOf(path: string): string {
  return path.split('/')[0] ?? '';
}

/** @returns the imports that no arrow allows, as text */
function forbidden(
  imports: readonly Import[],
  arrows: Readonly<Record<string, readonly string[]>>,
  shared: readonly string[],
): string[] {
  return imports
    .filter(({ from, to }) => {
      const allowed = [folderOf(from), ...(arrows[folderOf(from)] ?? []), ...shared];
      return !allowed.includes(folderOf(to)) && !allowed.includes(to);
    })
    .map(({ from, to }) => `${from} imports ${to}`);
}

describe('the direction of imports', () => {
  test('src/ follows the arrows', () => {
    expect(forbidden(readImports('src', /\.ts$/, tsImports), srcArrows, srcShared)).toEqual([]);
  });

  test('native/ follows the arrows', () => {
    expect(forbidden(readImports('native', /\.(cc|h)$/, nativeIncludes), nativeArrows, [])).toEqual([]);
  });

  test('every folder has a row', () => {
    const folders = (top: string) =>
      readdirSync(top, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
    expect(Object.keys(srcArrows)).toEqual(expect.arrayContaining(folders('src')));
    expect(Object.keys(nativeArrows)).toEqual(expect.arrayContaining(folders('native')));
  });

  test('an arrow that is not listed is found, however it is written', () => {
    const text = [
      "import { a } from '../plan/plan.js';",
      "import type { B } from '../cli/main.js';",
      "export * from '../linux/engine.js';",
      "import '../image/store.js';",
      "const { c } = await import('../build/build.js');",
      "import { BerthError } from '../errors.js';",
      "import { read } from './read.js';",
      "import { join } from 'node:path';",
    ].join('\n');
    expect(forbidden(tsImports('oci/spec.ts', text), srcArrows, srcShared)).toEqual([
      'oci/spec.ts imports plan/plan.ts',
      'oci/spec.ts imports cli/main.ts',
      'oci/spec.ts imports linux/engine.ts',
      'oci/spec.ts imports image/store.ts',
      'oci/spec.ts imports build/build.ts',
    ]);
  });

  test('an include that climbs out of its folder is found', () => {
    const text =
      '#include "base/result.h"\n#include "../runtime/sync.h"\n#include "shim/protocol.h"\n#include "spec.h"\n';
    expect(forbidden(nativeIncludes('oci/spec.cc', text), nativeArrows, [])).toEqual([
      'oci/spec.cc imports runtime/sync.h',
      'oci/spec.cc imports shim/protocol.h',
    ]);
  });
});
