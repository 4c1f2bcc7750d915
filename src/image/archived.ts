import type { Blob } from './archive.js';

/** One image of an archive, described and not yet unpacked. */
export interface ArchivedImage {
  /** the exact bytes of its config */
  readonly configBytes: Buffer;
  /** bottom first */
  readonly layers: readonly ArchivedLayer[];
  /** as written in the archive */
  readonly names: readonly string[];
  /** `org.opencontainers.image.ref.name` of an OCI layout, as written; null: none */
  readonly refName: string | null;
  /** digest of the OCI manifest; null: a docker-archive has none */
  readonly manifestDigest: string | null;
}

export interface ArchivedLayer {
  readonly blob: Blob;
  /** of the stored bytes; empty: the archive doesn't say */
  readonly digest: string;
}
