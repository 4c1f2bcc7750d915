import { BerthError } from '../errors.js';
import { isDigest } from './digest.js';

/** A name of an image, taken apart (distribution's reference grammar). */
export interface Reference {
  /** as people write it: `redis`, `user/app`, `ghcr.io/a/b`; `docker.io/library/` is left out */
  readonly repository: string;
  /** null only with a digest */
  readonly tag: string | null;
  readonly digest: string | null;
}

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const PATH = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const HOST =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?$/;
const TAG = /^\w[\w.-]{0,127}$/;
const HEX_ID = /^[0-9a-f]{64}$/;
const MAX_NAME = 255;

/** Parses a name; without tag and digest it means `latest`. Null where it is no valid name. */
export function parseReference(text: string): Reference | null {
  const at = text.indexOf('@');
  const digest = at < 0 ? null : text.slice(at + 1);
  const tagged = at < 0 ? text : text.slice(0, at);
  // A colon before the last slash belongs to the host's port.
  const colon = tagged.indexOf(':', tagged.lastIndexOf('/') + 1);
  const name = colon < 0 ? tagged : tagged.slice(0, colon);
  const tag = colon < 0 ? null : tagged.slice(colon + 1);
  if (digest !== null && !isDigest(digest)) return null;
  if (tag !== null && !TAG.test(tag)) return null;
  const repository = familiarName(name);
  if (repository === null) return null;
  return { repository, tag: tag ?? (digest === null ? 'latest' : null), digest };
}

/** @throws BerthError INPUT */
export function requireReference(text: string): Reference {
  const reference = parseReference(text);
  if (reference === null) throw new BerthError('INPUT', `image name ${JSON.stringify(text)} is not valid`);
  return reference;
}

/** The name in its familiar form: `redis:7`, `host/a/b@sha256:…`. */
export function formatReference(reference: Reference): string {
  const tag = reference.tag === null ? '' : `:${reference.tag}`;
  return `${reference.repository}${tag}${reference.digest === null ? '' : `@${reference.digest}`}`;
}

/** The name with its registry, as annotations of OCI layouts carry it. */
export function canonicalName(reference: Reference): string {
  const first = reference.repository.split('/', 1)[0] ?? '';
  if (reference.repository.includes('/') && isHost(first)) return formatReference(reference);
  const library = reference.repository.includes('/') ? '' : 'library/';
  return `docker.io/${library}${formatReference(reference)}`;
}

function isHost(component: string): boolean {
  return /[.:A-Z]/.test(component) || component === 'localhost';
}

/** Null where the name breaks the grammar. */
function familiarName(name: string): string | null {
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const host = isHost(first) ? first : '';
  const path = host === '' ? name : name.slice(slash + 1);
  if ((host !== '' && !HOST.test(host)) || !PATH.test(path) || name.length > MAX_NAME || HEX_ID.test(name)) return null;
  if (host !== 'docker.io' && host !== 'index.docker.io') return name;
  const familiar = path.startsWith('library/') ? path.slice('library/'.length) : path;
  return HEX_ID.test(familiar) ? null : familiar;
}
