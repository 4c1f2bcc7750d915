import { BerthError } from '../errors.js';
import type { ImageConfig } from '../image/config.js';
import { hexOf } from '../image/digest.js';
import type { Image, ImageStore, Layer } from '../image/model.js';
import type { ImageSource } from '../stack/model.js';
import { emptyConfig, withLayer } from './config.js';
import { debianConfig, makeDebian } from './debian.js';
import { makeOnce } from './once.js';
import { type BuildHost, type Scratch, withScratch } from './scratch.js';
import { runSubprocess } from './subprocess.js';

/** An image on its way: its layers so far, topmost first, and its configuration. */
export interface Draft {
  readonly layers: readonly Layer[];
  readonly config: ImageConfig;
}

export interface BuildContext {
  readonly host: BuildHost;
  readonly store: ImageStore;
  readonly stack: string;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

/** What the steps are put on. `inputs` is the digest of what the base is made from. */
export async function openBase(source: ImageSource, inputs: string, context: BuildContext): Promise<Draft> {
  const { base } = source;
  const { store } = context;
  switch (base.kind) {
    case 'scratch':
      return { layers: [], config: emptyConfig() };
    case 'debian': {
      const layer = await bottomLayer(source, inputs, context, (scratch) =>
        makeDebian(base, store, scratch, context.signal, context.progress),
      );
      return { layers: [layer], config: withLayer(debianConfig(), layer, `debian ${base.suite}`) };
    }
    case 'rootfs': {
      const layer = await bottomLayer(source, inputs, context, (scratch) => addDirectory(base.dir, scratch, context));
      return { layers: [layer], config: withLayer(emptyConfig(), layer, 'rootfs') };
    }
    case 'archive':
      return draftOf(await loadBase(base.file, null, inputs, store, context.progress));
    case 'layout':
      return draftOf(await loadBase(base.dir, base.tag, inputs, store, context.progress));
    case 'image':
      return draftOf(await store.resolve(base.image));
  }
}

function draftOf({ layers, config }: Image): Draft {
  return { layers, config };
}

/** A layer on nothing, made once for the same inputs. */
async function bottomLayer(
  source: ImageSource,
  inputs: string,
  { host, store, stack }: BuildContext,
  make: (scratch: Scratch) => Promise<Layer>,
): Promise<Layer> {
  return makeOnce(store, inputs, () => withScratch(host, stack, source.name, [], make));
}

/** Owners, links, devices, attributes and holes are kept; other file systems that are mounted there are left out. */
async function addDirectory(dir: string, scratch: Scratch, { store, signal, progress }: BuildContext): Promise<Layer> {
  await runSubprocess('cp', ['-a', '-x', '-T', '--', dir, scratch.upper], { stdout: null, signal, progress });
  return store.addLayer({ kind: 'directory', dir: scratch.upper, clampMtime: null }, null);
}

/** An image of an archive, kept under a name that says what it was loaded from: not the archive's own, which may be taken. */
async function loadBase(
  path: string,
  tag: string | null,
  inputs: string,
  store: ImageStore,
  progress: (text: string) => void,
): Promise<Image> {
  const name = `berth-base:${hexOf(inputs).slice(0, 12)}`;
  const found = await store.find(name);
  if (found !== null) return found;
  const [image] = await store.loadArchive(path, { name, progress, ...(tag === null ? {} : { tag }) });
  if (image === undefined) throw new BerthError('INPUT', `load ${path}: it holds no image`);
  return image;
}
