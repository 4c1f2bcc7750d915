import { renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { BerthError } from '../errors.js';
import { type StoreContext, unpackLimits } from './context.js';
import { chainId, hexOf } from './digest.js';
import {
  commitLayer,
  describeLayer,
  makeStaging,
  readLayer,
  type StackedLayer,
  type Staging,
  stackedLayer,
} from './layerdb.js';
import { withVanishingLock } from './lock.js';
import type { Layer, LayerSource } from './model.js';

type TarSource = Extract<LayerSource, { kind: 'tar' }>;
type DirectorySource = Extract<LayerSource, { kind: 'directory' }>;

interface Made {
  readonly diffId: string;
  readonly size: number;
  readonly opaqueRoot: boolean;
}

/** A layer on its way into the store. Both promises fail where it does. */
export interface PendingLayer {
  /** complete, though nobody can see it yet: enough for the layer above */
  readonly described: Promise<StackedLayer>;
  readonly committed: Promise<Layer>;
}

/**
 * Adds a layer whose diff ID is known, so that its chain id is: it is made at most once, whoever asks at the same time.
 * The parent may still be on its way; content is unpacked meanwhile. The caller is a writer of the store (context.ts).
 *
 * Commands that make the same layers can't block each other for good: who holds a layer's lock waits for layers below it only.
 */
export function addKnownLayer(
  context: StoreContext,
  source: TarSource,
  parentId: string | null,
  parent: PendingLayer | null,
): PendingLayer {
  const id = chainId(parentId, source.diffId);
  return pending(async (describe) => {
    return withVanishingLock(context.layers(), join(context.paths.layerLocks, hexOf(id)), async () => {
      const found = readLayer(context.paths, id);
      if (found !== null) return describe(stackedLayer(context.paths, found));
      return stage(context, async (staging) => {
        const made = await context.limit(() => unpack(context, source, staging));
        const below = parent === null ? null : await parent.described;
        const layer = describe(describeLayer(context.paths, staging, { ...made, chainId: id, below }));
        await context.sync();
        await parent?.committed;
        return commitLayer(context.paths, staging, layer);
      });
    });
  });
}

function pending(add: (describe: (layer: StackedLayer) => Layer) => Promise<Layer>): PendingLayer {
  const settle: { described: (layer: StackedLayer) => void; failed: (error: unknown) => void } = {
    described: () => {},
    failed: () => {},
  };
  const described = new Promise<StackedLayer>((resolve, reject) => {
    settle.described = resolve;
    settle.failed = reject;
  });
  const committed = add((stacked) => {
    settle.described(stacked);
    return stacked.layer;
  });
  committed.catch(settle.failed);
  // Nobody waits for the topmost layer's; its failure is told by the other promise.
  described.catch(() => {});
  return { described, committed };
}

/** Adds a layer whose diff ID shows only once it was made. The caller is a writer of the store. */
export async function addNewLayer(context: StoreContext, source: LayerSource, parent: Layer | null): Promise<Layer> {
  return stage(context, async (staging) => {
    const made = await context.limit(() =>
      source.kind === 'tar' ? unpack(context, source, staging) : pack(context, source, staging),
    );
    const id = chainId(parent?.chainId ?? null, made.diffId);
    return withVanishingLock(context.layers(), join(context.paths.layerLocks, hexOf(id)), async () => {
      const found = readLayer(context.paths, id);
      if (found !== null) return found;
      const below = parent === null ? null : stackedLayer(context.paths, parent);
      const { layer } = describeLayer(context.paths, staging, { ...made, chainId: id, below });
      await context.sync();
      return commitLayer(context.paths, staging, layer);
    });
  });
}

/** What is left of the staging directory is removed: all of it after a failure, none after a commit. */
async function stage(context: StoreContext, make: (staging: Staging) => Promise<Layer>): Promise<Layer> {
  const staging = makeStaging(context.paths);
  try {
    return await make(staging);
  } finally {
    await context.layers().removeTree(staging.dir);
  }
}

async function unpack(context: StoreContext, source: TarSource, staging: Staging): Promise<Made> {
  return context.layers().unpack({
    ...unpackLimits(context.paths),
    fd: source.fd,
    offset: source.offset,
    length: source.length,
    digest: source.digest,
    diffId: source.diffId,
    directory: staging.diff,
    tarSplit: staging.tarSplit,
  });
}

async function pack(context: StoreContext, source: DirectorySource, staging: Staging): Promise<Made> {
  rmdirSync(staging.diff);
  try {
    renameSync(source.dir, staging.diff);
  } catch (error) {
    throw new BerthError('SYSTEM', `add layer: ${source.dir} can't be moved into the image store`, { cause: error });
  }
  const made = await context.layers().pack({
    directory: staging.diff,
    fd: -1,
    tarSplit: staging.tarSplit,
    clampMtime: source.clampMtime ?? -1,
  });
  return { ...made, opaqueRoot: false };
}
