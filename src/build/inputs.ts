import { join } from 'node:path';
import { digestOf } from '../image/digest.js';
import type { ImageStore } from '../image/model.js';
import type { Host } from '../linux/host.js';
import type { ImageBase, ImageLayerStep, ImageSource, Stack } from '../stack/model.js';
import { contentDigest, sourceOf } from './content.js';
import { type DigestCache, openDigestCache } from './digest-cache.js';

/** What an image is made from, as digests. */
export interface ImageInputs {
  /** of everything below: what the planner compares */
  readonly digest: string;
  readonly base: string;
  /** of each step by itself, in order */
  readonly steps: readonly string[];
}

type StackImages = Pick<Stack, 'images'>;
type InputHost = Pick<Host, 'paths' | 'images'>;

/**
 * The digest of what each entry of `images:` is made from, files included; files that haven't changed aren't read again.
 * @throws BerthError INPUT where a file to be copied can't be read
 */
export async function imageInputs(host: InputHost, stack: StackImages): Promise<Record<string, string>> {
  const all = await readInputs(host, stack);
  return Object.fromEntries([...all].map(([name, { digest }]) => [name, digest]));
}

export async function readInputs(host: InputHost, stack: StackImages): Promise<Map<string, ImageInputs>> {
  const cache = openDigestCache(join(host.paths.root, 'cache', 'digests.json'));
  const found = new Map<string, ImageInputs>();
  const read = async (source: ImageSource): Promise<ImageInputs> => {
    const known = found.get(source.name);
    if (known !== undefined) return known;
    const baseEntry = source.base.kind === 'image' ? stack.images[source.base.image] : undefined;
    const base = baseEntry === undefined ? await baseDigest(source.base, host, cache) : (await read(baseEntry)).digest;
    const steps = source.layers.map((step) => stepDigest(step, cache));
    const digest = digestOf(JSON.stringify([base, steps, source.config]));
    const inputs = { digest, base, steps };
    found.set(source.name, inputs);
    return inputs;
  };
  for (const source of Object.values(stack.images)) await read(source);
  cache.save();
  return found;
}

/** Of a base that is no entry of the file. An image that isn't in the store is only a name yet. */
async function baseDigest(base: ImageBase, host: InputHost, cache: DigestCache): Promise<string> {
  switch (base.kind) {
    case 'scratch':
      return digestOf('scratch');
    case 'debian':
      return debianDigest(base);
    case 'rootfs':
      return digestOf(`rootfs ${contentDigest(base.dir, cache, { owners: true })}`);
    case 'archive':
      return digestOf(`archive ${contentDigest(base.file, cache, { owners: false })}`);
    case 'layout':
      return digestOf(`layout ${base.tag ?? ''} ${contentDigest(base.dir, cache, { owners: false })}`);
    case 'image': {
      const store: ImageStore = await host.images();
      return digestOf(`image ${(await store.find(base.image))?.id ?? base.image}`);
    }
  }
}

function debianDigest({ suite, packages, mirror, variant }: Extract<ImageBase, { kind: 'debian' }>): string {
  return digestOf(JSON.stringify(['debian', process.arch, suite, [...packages].sort(), mirror, variant]));
}

function stepDigest(step: ImageLayerStep, cache: DigestCache): string {
  if (step.kind !== 'copy') return digestOf(JSON.stringify(step));
  const { from, ...rest } = step;
  const name = rest.to.endsWith('/') ? from.split('/').at(-1) : '';
  return digestOf(JSON.stringify([rest, name, contentDigest(sourceOf(from), cache, { owners: false })]));
}
