// The image of the unpacking case: gzip layers, as registries have them, of this host's own files.

import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { goArchitecture } from './fixtures.mjs';
import { run } from './measure.mjs';

const layeredImage = 'localhost/berth-bench-layers:1';

const LAYERS = 10;
const SOURCES = ['usr/lib', 'usr/share', 'usr/bin', 'usr/include'];
/** Where a layer ends: whichever comes first. */
const LIMITS = { bytes: 28 << 20, members: 2500 };
const MEDIA_TYPE = 'application/vnd.oci.image';

/**
 * An OCI layout as one tar.
 * @returns {Promise<{ archive: string, layers: readonly string[], bytes: number, members: number }>} `layers`: its
 *   `tar.gz` files on their own; `bytes` and `members` count what is in them, unpacked
 */
export async function makeLayeredArchive(scratch) {
  const dir = join(scratch, 'layers-archive');
  const blobs = join(dir, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  const put = (value) => {
    const text = JSON.stringify(value);
    const hex = createHash('sha256').update(text).digest('hex');
    writeFileSync(join(blobs, hex), text);
    return { digest: `sha256:${hex}`, size: Buffer.byteLength(text) };
  };
  const contents = chooseLayers();
  const made = [];
  for (const [index, { names }] of contents.entries()) made.push(await makeLayer(scratch, blobs, index, names));
  const rootfs = { type: 'layers', diff_ids: made.map(({ diffId }) => diffId) };
  const config = put({ architecture: goArchitecture(), os: 'linux', config: {}, rootfs });
  const manifest = put({
    schemaVersion: 2,
    mediaType: `${MEDIA_TYPE}.manifest.v1+json`,
    config: { mediaType: `${MEDIA_TYPE}.config.v1+json`, ...config },
    layers: made.map(({ digest, size }) => ({ mediaType: `${MEDIA_TYPE}.layer.v1.tar+gzip`, digest, size })),
  });
  const annotations = { 'org.opencontainers.image.ref.name': layeredImage };
  const entry = { mediaType: `${MEDIA_TYPE}.manifest.v1+json`, ...manifest, annotations };
  writeFileSync(join(dir, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  writeFileSync(join(dir, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
  const archive = join(scratch, 'layers.tar');
  run(['tar', '-C', dir, '-cf', archive, 'oci-layout', 'index.json', 'blobs']);
  return {
    archive,
    layers: made.map(({ path }) => path),
    bytes: contents.reduce((sum, { bytes }) => sum + bytes, 0),
    members: contents.reduce((sum, { names }) => sum + names.length, 0),
  };
}

/** One layer of each source in turn, until there are enough. */
function chooseLayers() {
  const walks = SOURCES.map((source) => slices(walk(source)));
  const layers = [];
  while (walks.length > 0 && layers.length < LAYERS) {
    const next = walks.shift();
    const { done, value } = next.next();
    if (done) continue;
    layers.push(value);
    walks.push(next);
  }
  return layers;
}

/** What a tree holds, in the order of names; directories come before what is in them. */
function* walk(path) {
  const info = lstatSync(join('/', path));
  yield { path, bytes: info.isFile() ? info.size : 0 };
  if (!info.isDirectory()) return;
  for (const name of readdirSync(join('/', path)).sort()) yield* walk(join(path, name));
}

function* slices(entries) {
  let slice = { names: [], bytes: 0 };
  for (const { path, bytes } of entries) {
    if (bytes > LIMITS.bytes) continue;
    const full = slice.names.length === LIMITS.members || slice.bytes + bytes > LIMITS.bytes;
    if (full) {
      yield slice;
      slice = { names: [], bytes: 0 };
    }
    slice.names.push(path);
    slice.bytes += bytes;
  }
  if (slice.names.length > 0) yield slice;
}

/** One blob of the layout, and the same file as `layer-N.tar.gz` beside it. */
async function makeLayer(scratch, blobs, index, names) {
  const tar = join(scratch, `layer-${index}.tar`);
  const list = join(scratch, 'layer-names');
  writeFileSync(list, names.join('\0'));
  run(['tar', '-C', '/', '--numeric-owner', '--no-recursion', '--null', '-T', list, '-cf', tar]);
  const diffId = await digestOf(tar);
  run(['gzip', '-6', '-n', tar]);
  const path = `${tar}.gz`;
  const digest = await digestOf(path);
  run(['cp', path, join(blobs, digest.slice('sha256:'.length))]);
  return { path, digest, diffId, size: statSync(path).size };
}

async function digestOf(path) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}
