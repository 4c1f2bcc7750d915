import type { Addon } from '../addon/addon.js';
import { loadAddon } from '../addon/native.js';
import { BerthError } from '../errors.js';
import type { Image, ImageStore } from '../image/model.js';
import { syncFiles } from './atomic.js';
import { createEngine } from './engine.js';
import type { Host } from './host.js';
import { createContainers } from './index.js';
import { lockStack } from './lock.js';
import { createPaths } from './paths.js';
import { leaveStack } from './remove.js';
import { startContainer } from './start.js';
import { recordApplied } from './state.js';
import type { HostTools } from './tools.js';

export interface HostOptions {
  /** absolute: state that survives a reboot */
  readonly root: string;
  /** absolute: state of this boot */
  readonly run: string;
}

/** Opens this machine as a host for stacks. Nothing is read or made; the addon and the store are loaded at first use. */
export function openHost({ root, run }: HostOptions): Host {
  const paths = createPaths(root, run);
  let addon: Addon | null = null;
  let store: Promise<ImageStore> | null = null;
  const containers = createContainers(paths);
  const known = new Map<string, Promise<Image>>();
  const tools: HostTools = {
    paths,
    containers: containers.list,
    record: containers.read,
    get addon() {
      addon ??= loadAddon();
      return addon;
    },
    images: () => {
      store ??= import('../image/store.js').then(({ openStore }) => openStore(root));
      return store;
    },
    image: (reference) => {
      const image = known.get(reference) ?? tools.images().then((images) => images.resolve(reference));
      known.set(reference, image);
      // One that is not there may come.
      image.catch(() => known.delete(reference));
      return image;
    },
    forgetImages: () => known.clear(),
    unsynced: new Set(),
  };
  return {
    paths,
    get addon() {
      return tools.addon;
    },
    images: tools.images,
    unsynced: tools.unsynced,
    containers: tools.containers,
    observe: async (name, stack, options) => (await import('./observe.js')).observe(tools, name, stack, options),
    lock: (name, options) => lockStack(tools.addon, paths.stack(name), name, options),
    sweep: async (name) => (await import('./sweep.js')).sweep(tools, name),
    preflight: async (plan) => (await import('./preflight.js')).preflight(tools, plan),
    leave: (name) => leaveStack(tools, name),
    engine: (options) => createEngine(tools, options),
    flush: async () => {
      const written = [...tools.unsynced];
      tools.unsynced.clear();
      await syncFiles(written);
    },
    startAttached: async (id) => {
      const record = tools.record(id);
      if (record === null) throw new BerthError('NOT_FOUND', `start container ${id.slice(0, 12)}: it is gone`);
      return startContainer(tools, record, true);
    },
    recordApplied: async (name, stack) => {
      await recordApplied(paths.stack(name), name, stack);
    },
  };
}
