import { createHash } from 'node:crypto';
import { BerthError } from '../errors.js';

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** True for `sha256:` and 64 lower-case hex digits: the one kind of digest that may become part of a path. */
export function isDigest(text: string): boolean {
  return DIGEST.test(text);
}

/** @throws BerthError INPUT where `text` is no digest; `what` says whose it is */
export function checkDigest(text: string, what: string): string {
  if (!isDigest(text)) throw new BerthError('INPUT', `${what}: ${JSON.stringify(text)} is not a sha256 digest`);
  return text;
}

/** The 64 hex digits of a digest, which name files. */
export function hexOf(digest: string): string {
  return checkDigest(digest, 'internal: path of a digest').slice('sha256:'.length);
}

export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Chain ids of an image's layers, bottom first (OCI image spec, "Layer ChainID"). */
export function chainIds(diffIds: readonly string[]): readonly string[] {
  const chain: string[] = [];
  for (const diffId of diffIds) {
    const parent = chain.at(-1);
    chain.push(chainId(parent ?? null, diffId));
  }
  return chain;
}

/** The chain id of a layer on `parent`. */
export function chainId(parent: string | null, diffId: string): string {
  return parent === null ? diffId : digestOf(`${parent} ${diffId}`);
}
