import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ImageStore, WritableLayer } from '../../src/image/model.js';
import { openStore } from '../../src/image/store.js';
import { sha256, writeDockerArchive } from '../support/image-archive.js';
import { assertWorldClean, snapshotWorld, type World } from '../support/world.js';

const ID = 'a'.repeat(64);
let dir: string;
let root: string;
let store: ImageStore;
let before: World;
let cleanups: (() => void)[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'berthtest-image-'));
  before = snapshotWorld({ dirs: [dir], stacks: [] });
  root = join(dir, 'root');
  store = openStore(root);
  cleanups = [];
});

afterEach(() => {
  for (const cleanup of cleanups.reverse()) cleanup();
  for (const name of readdirSync(dir)) rmSync(join(dir, name), { recursive: true });
  assertWorldClean(before);
  rmSync(dir, { recursive: true });
});

const small = {
  name: 'berthtest/app:1',
  layers: [
    { 'etc/': '', 'etc/a': 'one', hello: 'hi' },
    { '.wh.hello': '', 'etc/': '', 'etc/b': 'two' },
  ],
};

/** Saves and returns where: the archive's members are beside it. */
async function save(references: readonly string[], name = 'saved'): Promise<string> {
  const path = join(dir, `${name}.tar`);
  const fd = openSync(path, 'w');
  await store.save(references, fd).finally(() => closeSync(fd));
  return path;
}

/** Mounts as a container's set-up does, shows the tree to `look`, and unmounts. */
function withMounted<T>(layer: WritableLayer, look: (merged: string) => T): T {
  const overlay = join(root, 'overlay2');
  const options = `lowerdir=${layer.lower.join(':')},upperdir=${layer.upper},workdir=${layer.work}`;
  expect(options.length).toBeLessThan(4096);
  const merged = join(layer.dir, 'merged');
  execFileSync('mount', ['-t', 'overlay', 'berthtest', '-o', options, merged], { cwd: overlay });
  try {
    return look(merged);
  } finally {
    execFileSync('umount', [merged]);
  }
}

/** Names below the store that only an unfinished command has. */
function leftovers(): string[] {
  const all = existsSync(root) ? readdirSync(root, { recursive: true, encoding: 'utf8' }) : [];
  return all.filter((name) => name.includes('.staging-') || name.includes('/locks/'));
}

/** Cache directories: one for each layer and container. */
function cacheIds(): string[] {
  return readdirSync(join(root, 'overlay2')).filter((name) => name !== 'l');
}

test('a docker archive is loaded, found without the addon, and mounted', async () => {
  const { path, diffIds } = writeDockerArchive(dir, small);
  const [image] = await store.loadArchive(path);
  expect(image?.names).toEqual(['berthtest/app:1']);
  expect(image?.layers.map((layer) => layer.diffId)).toEqual(diffIds.toReversed());

  const fresh = openStore(root);
  const found = await fresh.resolve('berthtest/app:1');
  expect(found.id).toBe(image?.id);
  expect((await fresh.find(found.id.slice(0, 20)))?.id).toBe(found.id);
  expect(await fresh.find('berthtest/other')).toBeNull();

  const layer = await fresh.writableLayer(ID, found);
  const seen = withMounted(layer, (merged) => [readdirSync(merged).sort(), readdirSync(join(merged, 'etc')).sort()]);
  expect(seen).toEqual([['etc'], ['a', 'b']]);
  await fresh.removeLayer(ID);
  expect(leftovers()).toEqual([]);
});

test('save gives the streams back that the diff ids stand for, and others can read them', async () => {
  const { path, diffIds } = writeDockerArchive(dir, small);
  const [image] = await store.loadArchive(path);
  const saved = await save(['berthtest/app:1']);
  for (const diffId of diffIds) {
    const blob = execFileSync('tar', ['-xOf', saved, `blobs/sha256/${diffId.slice(7)}`]);
    expect(sha256(blob)).toBe(diffId);
  }
  execFileSync('skopeo', ['--insecure-policy', 'copy', `docker-archive:${saved}`, `oci:${dir}/oci:v1`]);
  const other = openStore(join(dir, 'other'));
  const [again] = await other.loadArchive(saved);
  expect(again?.id).toBe(image?.id);
});

test('OCI layouts of skopeo and umoci are loaded, as a directory and as a tar', async () => {
  const { path, diffIds } = writeDockerArchive(dir, small);
  const layout = join(dir, 'layout');
  execFileSync('skopeo', ['--insecure-policy', 'copy', `docker-archive:${path}`, `oci:${layout}:v1`]);
  const [fromDir] = await store.loadArchive(layout, { name: 'berthtest/dir:1', tag: 'v1' });
  expect(fromDir?.layers.map((layer) => layer.diffId)).toEqual(diffIds.toReversed());

  const added = join(dir, 'added');
  writeFileSync(added, 'by umoci');
  execFileSync('umoci', ['insert', '--image', `${layout}:v1`, added, '/added'], { stdio: 'ignore' });
  const tar = join(dir, 'layout.tar');
  execFileSync('tar', ['-C', layout, '-cf', tar, '.']);
  const [fromTar] = await store.loadArchive(tar, { name: 'berthtest/tar:1', tag: 'v1' });
  expect(fromTar?.layers).toHaveLength(3);
  const top = fromTar?.layers[0];
  expect(readFileSync(join(root, 'overlay2', top?.cacheId ?? '', 'diff', 'added'), 'utf8')).toBe('by umoci');
});

test('layers that another image needs outlive a removal', async () => {
  const { path } = writeDockerArchive(dir, small);
  await store.loadArchive(path);
  const one = writeDockerArchive(join(dir, 'b'), { name: 'berthtest/base:1', layers: small.layers.slice(0, 1) });
  await store.loadArchive(one.path);
  expect(cacheIds()).toHaveLength(2);
  const report = await store.remove('berthtest/app:1', { used: new Set(), force: false });
  expect(report.untagged).toEqual(['berthtest/app:1']);
  expect(report.deleted).toHaveLength(2);
  expect(cacheIds()).toHaveLength(1);
  await store.remove('berthtest/base:1', { used: new Set(), force: false });
  expect(cacheIds()).toEqual([]);
  expect(readdirSync(join(root, 'overlay2', 'l'))).toEqual([]);
});

test('an image that a container uses is not removed', async () => {
  const { path } = writeDockerArchive(dir, small);
  const [image] = await store.loadArchive(path);
  const used = new Set([image?.id ?? '']);
  await expect(store.remove('berthtest/app:1', { used, force: false })).rejects.toThrow('a container uses it');
  expect(await store.find('berthtest/app:1')).not.toBeNull();
});

test('120 layers fit into the options of one mount', async () => {
  const layers = Array.from({ length: 120 }, (_, index) => ({ [`f${index}`]: `${index}` }));
  const { path } = writeDockerArchive(dir, { name: 'berthtest/deep:1', layers });
  const [image] = await store.loadArchive(path);
  const layer = await store.writableLayer(ID, image ?? null);
  expect(withMounted(layer, (merged) => readdirSync(merged).length)).toBe(120);
  await store.removeLayer(ID);
});

test('two loads at once make each layer once', async () => {
  const { path, diffIds } = writeDockerArchive(dir, small);
  const [[a], [b]] = await Promise.all([store.loadArchive(path), openStore(root).loadArchive(path)]);
  expect(a?.layers).toEqual(b?.layers);
  expect(cacheIds()).toHaveLength(diffIds.length);
  expect(leftovers()).toEqual([]);
});

test('a wrong diff id leaves nothing visible', async () => {
  const { path } = writeDockerArchive(dir, small);
  const other = join(dir, 'archive', '1.tar');
  writeFileSync(other, readFileSync(join(dir, 'archive', '0.tar')));
  execFileSync('tar', ['-C', join(dir, 'archive'), '-cf', path, '.']);
  await expect(store.loadArchive(path)).rejects.toThrow(/load .*: .*the diff id is sha256:/);
  expect(await store.list()).toEqual([]);
  expect(leftovers()).toEqual([]);
});

test('an archive that is cut short leaves nothing visible', async () => {
  const { path } = writeDockerArchive(dir, small);
  truncateSync(path, readFileSync(path).length - 11_000);
  await expect(store.loadArchive(path)).rejects.toMatchObject({ code: 'INPUT' });
  expect(await store.list()).toEqual([]);
  expect(leftovers()).toEqual([]);
});

test('a full disk is told, and nothing is visible', async () => {
  const text = 'x'.repeat(6 << 20);
  const { path } = writeDockerArchive(dir, { name: 'berthtest/big:1', layers: [{ a: text }, { b: text }] });
  mkdirSync(root);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'berthtest', root]);
  cleanups.push(() => execFileSync('umount', [root]));
  await expect(store.loadArchive(path)).rejects.toThrow(/no space left on device|more than \d+ bytes/);
  expect(await store.list()).toEqual([]);
  expect(leftovers()).toEqual([]);
});

test('a load that was killed is done again, and its leftovers go', async () => {
  // Long enough to be seen half unpacked, of few files so that the test isn't slow.
  const layers = [{ f0: 'x' }, { f1: 'x', f2: 'y'.repeat(128 << 20) }, { f3: 'x' }];
  const { path } = writeDockerArchive(dir, { name: 'berthtest/many:1', layers });
  const script = join(dir, 'load.cjs');
  buildSync({
    stdin: {
      contents: `import { openStore } from './src/image/store.js';
        openStore(process.argv[2]).loadArchive(process.argv[3]);`,
      resolveDir: process.cwd(),
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile: script,
    define: { BERTH_DIST: JSON.stringify(BERTH_DIST), BERTH_VERSION: JSON.stringify(BERTH_VERSION) },
  });
  const child = spawn(process.execPath, [script, root, path], { stdio: 'ignore' });
  const exited = once(child, 'exit');
  const diffs = () => leftovers().filter((name) => name.endsWith('diff/f2'));
  await vi.waitFor(() => expect(diffs().length).toBeGreaterThan(0), { timeout: 20_000, interval: 5 });
  child.kill('SIGKILL');
  await exited;
  expect(leftovers()).not.toEqual([]);
  expect(await store.find('berthtest/many:1')).toBeNull();

  const [image] = await store.loadArchive(path);
  expect(leftovers()).toEqual([]);
  expect(cacheIds()).toHaveLength(3);
  expect(readdirSync(join(root, 'overlay2', 'l'))).toHaveLength(3);
  const layer = await store.writableLayer(ID, image ?? null);
  expect(withMounted(layer, (merged) => readdirSync(merged).length)).toBe(4);
});
