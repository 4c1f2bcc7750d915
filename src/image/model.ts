import type { ImageConfig } from './config.js';

/** A read-only layer of the store. */
export interface Layer {
  /** `sha256:…` of this layer and all below it: its name in layerdb */
  readonly chainId: string;
  /** `sha256:…` of its uncompressed tar stream */
  readonly diffId: string;
  /** `<root>/overlay2/<cacheId>` holds it */
  readonly cacheId: string;
  /** the 26 characters of `<root>/overlay2/l/<link>` */
  readonly link: string;
  /** bytes of the files in this layer */
  readonly size: number;
}

export interface Image {
  /** `sha256:…` of the exact bytes of its config */
  readonly id: string;
  readonly config: ImageConfig;
  /** every name of it in the store, as people write them, e.g. `redis:7` */
  readonly names: readonly string[];
  /** topmost first, as an overlay mount wants them */
  readonly layers: readonly Layer[];
}

export interface ImageSummary {
  readonly id: string;
  readonly names: readonly string[];
  /** RFC 3339, as the image says; empty: it doesn't */
  readonly created: string;
  /** bytes of all layers */
  readonly size: number;
}

/** Key of an image's metadata: the digest of what an entry of `images:` was built from. */
export const BUILD_INPUTS = 'build-inputs';

/** A container's own layer, made on top of an image. All paths but `dir` are relative to `<root>/overlay2`. */
export interface WritableLayer {
  /** `<root>/overlay2/<id>` */
  readonly dir: string;
  /** `l/<link>` of the image's layers, topmost first */
  readonly lower: readonly string[];
  readonly upper: string;
  readonly work: string;
}

/** Where a new layer's content comes from. */
export type LayerSource =
  | {
      readonly kind: 'directory';
      /** an overlay upper directory on the store's file system; it is taken (renamed) into the store */
      readonly dir: string;
      /** Unix time in seconds that no time may be later than; null: keep times */
      readonly clampMtime: number | null;
    }
  | {
      readonly kind: 'tar';
      /** a tar, gzip or zstd file */
      readonly fd: number;
      readonly offset: number;
      /** bytes; -1: to the end */
      readonly length: number;
      /** expected digests; empty: any */
      readonly digest: string;
      readonly diffId: string;
    };

export interface LoadOptions {
  /** a name for the image instead of the archive's own; refused where the archive holds several images */
  readonly name?: string;
  /** an OCI layout with several images: the one with this `org.opencontainers.image.ref.name` */
  readonly tag?: string;
  readonly progress?: (text: string) => void;
}

export interface RemoveOptions {
  /** ids (`sha256:…`) of images that containers use */
  readonly used: ReadonlySet<string>;
  /** removes an image that has further names; one that a container uses is untagged only, its layers stay */
  readonly force: boolean;
}

export interface RemoveReport {
  readonly untagged: readonly string[];
  /** ids of removed images and chain ids of removed layers */
  readonly deleted: readonly string[];
}

/** The image store of one `--root`. Errors: NOT_FOUND, INPUT (bad archive or reference), STATE, SYSTEM. */
export interface ImageStore {
  readonly root: string;
  /** a name (`redis`, `redis:7`, `host/a/b@sha256:…`), an id, or a prefix of an id; null: not in the store */
  find(reference: string): Promise<Image | null>;
  /** like find, but NOT_FOUND names the reference */
  resolve(reference: string): Promise<Image>;
  list(): Promise<readonly ImageSummary[]>;
  /** loads every image of a docker-archive, an OCI layout (directory or tar), plain or compressed */
  loadArchive(path: string, options?: LoadOptions): Promise<readonly Image[]>;
  /** writes images as one tar that is docker-archive and OCI layout at once, as `docker save` does; layers by their diff IDs */
  save(references: readonly string[], fd: number): Promise<void>;
  tag(reference: string, name: string): Promise<void>;
  remove(reference: string, options: RemoveOptions): Promise<RemoveReport>;

  /** adds a layer on `parent` (a chain id; null: the bottom). A layer that is there already is not made again. */
  addLayer(source: LayerSource, parent: string | null): Promise<Layer>;
  /** the layer of a chain id; null: not in the store */
  findLayer(chainId: string): Promise<Layer | null>;
  /** adds an image whose layers (`config.rootfs.diff_ids`) are in the store; names are moved to it from other images */
  addImage(config: ImageConfig, names: readonly string[]): Promise<Image>;
  /** small texts kept with an image (`imagedb/metadata`), e.g. the digest of a build's inputs; null: none */
  readMetadata(id: string, key: string): Promise<string | null>;
  writeMetadata(id: string, key: string, value: string): Promise<void>;
  /** what a build step made: from the `sha256:…` of its inputs to a layer that is still in the store */
  cachedLayer(inputs: string): Promise<Layer | null>;
  cacheLayer(inputs: string, chainId: string): Promise<void>;

  /** makes `overlay2/<id>/{diff,work,merged,link,lower}` for a container; image null: on nothing. Finishes what a killed command began. */
  writableLayer(id: string, image: Image | null): Promise<WritableLayer>;
  /** removes a container's layer and its short link; a missing one is no error */
  removeLayer(id: string): Promise<void>;
  /** what `removeLayer` removes, in that order, for one who has a thread for it */
  writableLayerPaths(id: string): Promise<readonly string[]>;
}
