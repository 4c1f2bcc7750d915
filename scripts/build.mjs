// Bundles src/ into dist/: berth.cjs, and beside it one file for each module that is reached by `import()` only.
//
// What Node loads decides how fast a command feels, and esbuild splits ES modules but not CommonJS, which starts
// faster. So each `import('./x.js')` becomes `require('./<flattened path>.cjs')` and x an entry point of its own, with
// all it imports statically bundled in. Two bundles may hold copies of one module: keep no state in modules, and test
// for our errors by their mark, not by class.
//
// usage: node scripts/build.mjs [PROJECT_DIR]

import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire, isBuiltin } from 'node:module';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const projectDir = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '..'));
const srcDir = join(projectDir, 'src');
const distDir = join(projectDir, 'dist');
const { version } = JSON.parse(await readFile(join(projectDir, 'package.json'), 'utf8'));

/** Digest of all sources, by which one build tells what another one cached. */
async function digestOfSources() {
  const hash = createHash('sha256').update(version);
  const names = await readdir(srcDir, { recursive: true, withFileTypes: true });
  const paths = names
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  for (const path of paths.sort()) hash.update(relative(srcDir, path)).update(await readFile(path));
  return hash.digest('hex');
}

/** The file in dist/ for a module: `src/cli/commands/up.ts` is `cli-commands-up.cjs`, package `yaml` is `npm-yaml.cjs`. */
function bundleName(path, specifier) {
  if (!path.startsWith(srcDir + sep)) return `npm-${specifier.replaceAll(/[^\w.]+/g, '-')}.cjs`;
  const flat = relative(srcDir, path)
    .replace(/\.[cm]?[jt]s$/, '')
    .replaceAll(sep, '-');
  return `${flat}.cjs`;
}

/** Entry points found so far, by the name of their bundle. */
function createEntries() {
  const pathByName = new Map();
  return {
    pathByName,
    add(name, path) {
      const known = pathByName.get(name) ?? path;
      if (known !== path) throw new Error(`${known} and ${path} would both be dist/${name}: rename one`);
      pathByName.set(name, path);
    },
  };
}

/** Makes every `import()` an external file and notes it as an entry point. Node's own modules stay as they are. */
function lazyImports(entries) {
  return {
    name: 'lazy-imports',
    setup(pluginBuild) {
      pluginBuild.onResolve({ filter: /.*/ }, async (args) => {
        if (args.kind !== 'dynamic-import' || isBuiltin(args.path) || args.pluginData === 'resolving') return undefined;
        // A package's own are bundled with it: a CommonJS file would have its `default` where ES modules expect another.
        if (args.importer.includes(`${sep}node_modules${sep}`)) return undefined;
        const found = await pluginBuild.resolve(args.path, {
          kind: 'dynamic-import',
          importer: args.importer,
          resolveDir: args.resolveDir,
          pluginData: 'resolving',
        });
        if (found.errors.length > 0) return { errors: found.errors };
        const name = bundleName(found.path, args.path);
        entries.add(name, found.path);
        return { path: `./${name}`, external: true };
      });
    },
  };
}

/**
 * commander starts subcommands that are programs of their own by child_process; ours are functions, and loading that
 * module would cost every command some milliseconds.
 */
const withoutChildProcess = {
  name: 'without-child-process',
  setup(pluginBuild) {
    pluginBuild.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes(`${sep}commander${sep}`) ? { path: 'child_process', namespace: 'absent' } : undefined,
    );
    pluginBuild.onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: 'module.exports = {}' }));
  },
};

/** @returns the bundle of one entry point as `{ name, text }` files (its licence notes are a second file). */
async function bundle(name, path, entries, define) {
  const result = await build({
    entryPoints: [path],
    outfile: join(distDir, name),
    absWorkingDir: projectDir,
    write: false,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    // A CommonJS `require` is synchronous and cheaper than Node's ES module loader.
    supported: { 'dynamic-import': false },
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'linked',
    define,
    plugins: [withoutChildProcess, lazyImports(entries)],
    logLevel: 'silent',
  });
  // A warning names code that cannot work as CommonJS, such as import.meta.
  const [warning] = result.warnings;
  if (warning) throw new Error(`${warning.location?.file}:${warning.location?.line}: ${warning.text}`);
  return result.outputFiles.map((file) => ({ name: basename(file.path), text: file.text }));
}

/** Bundles entry points until none is new. */
async function bundleAll(entries) {
  const define = {
    BERTH_DIST: '__dirname',
    BERTH_VERSION: JSON.stringify(version),
    BERTH_BUILD: JSON.stringify(await digestOfSources()),
  };
  const files = [];
  const done = new Set();
  for (;;) {
    const round = [...entries.pathByName].filter(([name]) => !done.has(name));
    if (round.length === 0) return files;
    for (const [name] of round) done.add(name);
    const bundles = await Promise.all(round.map(([name, path]) => bundle(name, path, entries, define)));
    files.push(...bundles.flat());
  }
}

/** Replaces by rename, so that a command started meanwhile sees whole files; then drops what is no longer built. */
async function writeDist(files) {
  await mkdir(distDir, { recursive: true });
  for (const { name, text } of files) {
    const partial = join(distDir, `.${name}.${process.pid}`);
    await writeFile(partial, text);
    await rename(partial, join(distDir, name));
  }
  const wanted = new Set(files.map((file) => file.name));
  const stale = (await readdir(distDir)).filter((name) => !name.startsWith('.') && !wanted.has(name));
  await Promise.all(stale.map((name) => rm(join(distDir, name), { recursive: true })));
}

/** What the last build kept is gone before its bundles are replaced. */
async function dropCode() {
  const names = await readdir(distDir).catch(() => []);
  const kept = names.filter((name) => name.startsWith('.code-'));
  await Promise.all(kept.map((name) => rm(join(distDir, name), { recursive: true })));
}

/** Has V8 compile every bundle but the program itself, which would run. */
function keepCode(files) {
  const names = files.map(({ name }) => name).filter((name) => name.endsWith('.cjs') && name !== 'berth.cjs');
  createRequire(join(distDir, 'berth.cjs'))('./cli-code-cache.cjs').keepCode(distDir, names);
}

async function main() {
  const entries = createEntries();
  entries.add('berth.cjs', join(srcDir, 'cli', 'main.ts'));
  const commandsDir = join(srcDir, 'cli', 'commands');
  for (const name of (await readdir(commandsDir)).sort()) {
    if (name.endsWith('.ts')) entries.add(`cli-commands-${name.slice(0, -3)}.cjs`, join(commandsDir, name));
  }
  entries.add('cli-code-cache.cjs', join(srcDir, 'cli', 'code-cache.ts'));
  await dropCode();
  const files = await bundleAll(entries);
  await writeDist(files);
  keepCode(files);
}

await main().catch((error) => {
  console.error(`build: ${error.message}`);
  process.exitCode = 1;
});
