import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * The native surface for layers (`berth_layers.node`), declared by hand. Only commands that read or write layers load
 * it. Everything runs on worker threads and returns a promise; a refused call rejects with a NativeError (addon.ts),
 * code 'EBERTH' where the archive was at fault. Descriptors stay the caller's. Digests are `sha256:<64 hex digits>`.
 */
export interface Layers {
  unpack(options: UnpackOptions): Promise<UnpackResult>;
  /** an overlay upper directory to a tar stream in canonical order */
  pack(options: PackOptions): Promise<PackResult>;
  /** gives back the exact tar stream that was unpacked or packed */
  assemble(options: AssembleOptions): Promise<PackResult>;
  /** length of the stream that `assemble` gives */
  tarSize(tarSplit: string): Promise<number>;
  /** the members of a plain tar file, in order; payloads are skipped */
  listArchive(fd: number): Promise<readonly ArchiveMember[]>;
  /** plain, gzip or zstd data to a plain file, from and to where the descriptors stand; says how many bytes came out */
  decompress(options: DecompressOptions): Promise<number>;
  /** flushes the file system that holds `fd`: what was unpacked survives a power loss */
  syncFileSystem(fd: number): Promise<void>;
  /**
   * Opens (creating) and locks a file with flock(2), without waiting; -1 when another holds it. The returned descriptor
   * holds the lock until closed.
   */
  tryLock(path: string, exclusive: boolean): number;
  /** removes a tree without following symbolic links; a missing one is no error */
  removeTree(path: string): Promise<void>;
}

/** Bounds against decompression bombs, and against archives made to exhaust the file system. */
export interface Limits {
  /** bytes of tar stream */
  readonly maxBytes: number;
  /** bytes of tar stream for each byte of input, once past the first 64 MiB */
  readonly maxRatio: number;
}

export interface UnpackOptions extends Limits {
  readonly fd: number;
  /** where the layer's bytes start; the format (tar, gzip, zstd) is told by their first bytes */
  readonly offset: number;
  /** bytes; -1: to the end of the file */
  readonly length: number;
  /** absolute path of an existing empty directory */
  readonly directory: string;
  /** absolute path of the tar-split.json.gz to write */
  readonly tarSplit: string;
  /** expected digest of the input; empty: any */
  readonly digest: string;
  /** expected digest of the tar stream; empty: any */
  readonly diffId: string;
}

export interface UnpackResult {
  readonly digest: string;
  readonly diffId: string;
  /** bytes of the regular files' contents, as Docker counts a layer */
  readonly size: number;
  /** length of the tar stream */
  readonly tarBytes: number;
  /** the layer hides all layers below it: they don't belong into its mount options */
  readonly opaqueRoot: boolean;
}

export interface PackOptions {
  readonly directory: string;
  /** where the tar stream goes; -1: nowhere, the digests are all that is wanted */
  readonly fd: number;
  /** absolute path of the tar-split.json.gz to write; empty: none */
  readonly tarSplit: string;
  /** Unix time in seconds that no time may be later than (SOURCE_DATE_EPOCH); -1: keep times */
  readonly clampMtime: number;
}

export interface PackResult {
  readonly diffId: string;
  readonly size: number;
  readonly tarBytes: number;
}

export interface AssembleOptions {
  readonly directory: string;
  readonly tarSplit: string;
  /** -1: nowhere */
  readonly fd: number;
}

export interface ArchiveMember {
  readonly name: string;
  readonly type: 'file' | 'directory' | 'link' | 'other';
  /** target of a hard or symbolic link, as written */
  readonly link: string;
  /** of the payload in the archive, bytes */
  readonly offset: number;
  readonly size: number;
}

export interface DecompressOptions extends Limits {
  readonly fd: number;
  readonly to: number;
}

/** Loads the native file; the operating system keeps one copy however often it is asked for. */
export function loadLayers(): Layers {
  const require = createRequire(join(BERTH_DIST, 'berth.cjs'));
  const layers: Layers = require('../build/Release/berth_layers.node');
  return layers;
}
