import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { makeDirs } from '../directories.js';
import { BerthError } from '../errors.js';
import type { Image, ImageStore, Layer, WritableLayer } from '../image/model.js';
import { removeDir } from '../linux/atomic.js';
import type { Host } from '../linux/host.js';
import { type ContainerPaths, containerCgroup } from '../linux/paths.js';
import { type ContainerRecord, createRecord } from '../linux/record.js';
import { endContainer } from '../linux/remove.js';
import type { Service } from '../stack/model.js';
import { emptyConfig } from './config.js';
import { buildService } from './service.js';

export type BuildHost = Pick<Host, 'paths' | 'addon' | 'images' | 'unsynced'>;

/** Where the layer of one step is made: a container of the stack that never counts as finished. */
export interface Scratch {
  readonly id: string;
  readonly name: string;
  readonly stack: string;
  readonly service: Service;
  readonly paths: ContainerPaths;
  readonly cgroup: string;
  readonly layer: WritableLayer;
  /** the upper directory, absolute: what becomes the layer */
  readonly upper: string;
}

/**
 * Runs `work` with a scratch container on the layers so far and removes it. Its record says `creating` from before the first
 * side effect to the end, so that what a killed command leaves is removed by the stack's next one.
 */
export async function withScratch<T>(
  host: BuildHost,
  stack: string,
  image: string,
  layers: readonly Layer[],
  work: (scratch: Scratch) => Promise<T>,
): Promise<T> {
  const store = await host.images();
  const scratch = await makeScratch(host, store, stack, image, layers);
  let result: T;
  try {
    result = await work(scratch);
  } catch (error) {
    await removeScratch(host, scratch).catch((second) => {
      const suppressed = [second instanceof Error ? second.message : String(second)];
      throw new BerthError('SYSTEM', error instanceof Error ? error.message : String(error), {
        cause: error,
        suppressed,
      });
    });
    throw error;
  }
  await removeScratch(host, scratch);
  return result;
}

/** The record last, since it is what says that something is left to do. */
async function removeScratch(host: BuildHost, scratch: Scratch): Promise<void> {
  await endContainer(host, scratch);
  await removeDir(scratch.paths.dir);
}

async function makeScratch(
  host: BuildHost,
  store: ImageStore,
  stack: string,
  image: string,
  layers: readonly Layer[],
): Promise<Scratch> {
  const id = randomBytes(32).toString('hex');
  const name = `${stack}-build-${id.slice(0, 12)}`;
  const service = buildService(image);
  const paths = host.paths.container(id);
  createRecord(host, recordOf({ id, name, stack, service }));
  makeDirs(paths.runDir);
  const layer = await store.writableLayer(id, layers.length === 0 ? null : imageOf(layers));
  const cgroup = containerCgroup(stack, id);
  return { id, name, stack, service, paths, cgroup, layer, upper: join(host.paths.overlay, layer.upper) };
}

/** What `writableLayer` needs to know of an image that isn't finished. */
function imageOf(layers: readonly Layer[]): Image {
  return { id: '', config: emptyConfig(), names: [], layers };
}

function recordOf({ id, name, stack, service }: Pick<Scratch, 'id' | 'name' | 'stack' | 'service'>): ContainerRecord {
  return {
    version: 1,
    id,
    name,
    stack,
    service: service.name,
    replica: 0,
    oneOff: true,
    createdAt: new Date().toISOString(),
    labels: {},
    image: { reference: service.image, id: '' },
    applied: service,
    joined: {},
    ids: null,
    anonymousVolumes: {},
    namedVolumes: {},
    volumes: [],
    generation: 1,
    bootId: '',
    manuallyStopped: false,
    state: 'creating',
  };
}
