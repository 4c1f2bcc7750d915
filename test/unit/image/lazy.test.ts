import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { digestOf, hexOf } from '../../../src/image/digest.js';
import { openStore } from '../../../src/image/store.js';

// Commands that only read images must start without libcrypto, ISA-L and zstd.
vi.mock('../../../src/addon/layers.js', () => ({
  loadLayers: () => {
    throw new Error('the layer addon was loaded');
  },
}));

const ID = 'b'.repeat(64);
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'berthtest-lazy-'));
});

afterEach(() => rmSync(root, { recursive: true }));

function addEmptyImage(name: string): string {
  const config = JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] } });
  const id = digestOf(config);
  const image = join(root, 'image', 'overlay2');
  const contents = join(image, 'imagedb', 'content', 'sha256');
  mkdirSync(contents, { recursive: true });
  writeFileSync(join(contents, hexOf(id)), config);
  writeFileSync(join(image, 'repositories.json'), JSON.stringify({ Repositories: { app: { [name]: id } } }));
  return id;
}

test('finding, listing and a container layer need no addon', async () => {
  const id = addEmptyImage('app:1');
  const store = openStore(root);
  const image = await store.resolve('app:1');
  expect(image.id).toBe(id);
  expect((await store.find(id))?.names).toEqual(['app:1']);
  expect((await store.find(hexOf(id).slice(0, 12)))?.id).toBe(id);
  expect(await store.list()).toHaveLength(1);
  const layer = await store.writableLayer(ID, image);
  expect(layer).toEqual({ dir: join(root, 'overlay2', ID), lower: [], upper: `${ID}/diff`, work: `${ID}/work` });
  expect(await store.writableLayer(ID, image)).toEqual(layer);
  await store.removeLayer(ID);
  await store.removeLayer(ID);
});

test('the name of a short link is written down before the link is there', async () => {
  const store = openStore(root);
  const links = join(root, 'overlay2', 'l');
  mkdirSync(join(root, 'overlay2'), { recursive: true });
  writeFileSync(links, 'no directory: no link can be made');
  await expect(store.writableLayer(ID, null)).rejects.toMatchObject({ code: 'ENOTDIR' });
  const [link = ''] = await store.writableLayerPaths(ID);
  expect(link).toMatch(/\/overlay2\/l\/[A-Z2-7]{26}$/);
  rmSync(links);
  mkdirSync(links);
  await store.writableLayer(ID, null);
  expect(await store.writableLayerPaths(ID)).toEqual([link, join(root, 'overlay2', ID)]);
  expect(readdirSync(links)).toEqual([basename(link)]);
});

test('adding an image does', async () => {
  await expect(openStore(root).tag('app:1', 'app:2')).rejects.toThrow('the layer addon was loaded');
});

test('a store that does not exist holds nothing', async () => {
  const store = openStore(join(root, 'none'));
  expect(await store.find('app')).toBeNull();
  expect(await store.list()).toEqual([]);
  await expect(store.resolve('app:3')).rejects.toThrow('image app:3 is not in the store');
});

test('a config that was changed is told, not used', async () => {
  const id = addEmptyImage('app:1');
  writeFileSync(join(root, 'image', 'overlay2', 'imagedb', 'content', 'sha256', hexOf(id)), '{}');
  await expect(openStore(root).find('app:1')).rejects.toMatchObject({ code: 'STATE' });
});
