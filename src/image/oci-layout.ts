import { BerthError } from '../errors.js';
import { type Archive, readBlob, readBlobIfThere } from './archive.js';
import type { ArchivedImage, ArchivedLayer } from './archived.js';
import { checkDigest, digestOf, hexOf } from './digest.js';
import { count, type Json, list, member, parseJson, required, text } from './narrow.js';
import { MAX_CONFIG_BYTES } from './parse-config.js';
import { parseReference } from './reference.js';

const MAX_MANIFEST_BYTES = 4 << 20;
/** An index may list indexes; more levels than this are made to waste time. */
const MAX_DEPTH = 4;

const MANIFESTS = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const INDEXES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
const CONFIGS = ['application/vnd.oci.image.config.v1+json', 'application/vnd.docker.container.image.v1+json'];
const LAYERS = [
  'application/vnd.oci.image.layer.v1.tar',
  'application/vnd.oci.image.layer.v1.tar+gzip',
  'application/vnd.oci.image.layer.v1.tar+zstd',
  'application/vnd.oci.image.layer.nondistributable.v1.tar',
  'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
  'application/vnd.docker.image.rootfs.diff.tar',
  'application/vnd.docker.image.rootfs.diff.tar.gzip',
  'application/vnd.docker.image.rootfs.diff.tar.zstd',
];

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly json: Json;
}

/** Images of an OCI layout (`index.json`) for this host's platform; null where it is none. */
export function readOciLayout(archive: Archive): ArchivedImage[] | null {
  const bytes = readBlobIfThere(archive, 'index.json', MAX_MANIFEST_BYTES);
  return bytes === null ? null : readIndex(archive, parseJson(bytes, `${archive.path}: index.json`), 0);
}

function readIndex(archive: Archive, index: Json, depth: number): ArchivedImage[] {
  if (depth > MAX_DEPTH) throw new BerthError('INPUT', `load ${archive.path}: indexes within indexes, ${depth} deep`);
  const descriptors = list(required(index, 'manifests')).map(readDescriptor).filter(forThisHost);
  return descriptors.flatMap((descriptor) => {
    if (INDEXES.includes(descriptor.mediaType)) {
      const inner = readIndex(archive, readDocument(archive, descriptor), depth + 1);
      return inner.map((image) => ({ ...image, ...namesOf(descriptor, image) }));
    }
    return MANIFESTS.includes(descriptor.mediaType) ? [readManifest(archive, descriptor)] : [];
  });
}

function readDescriptor(json: Json): Descriptor {
  return {
    mediaType: text(required(json, 'mediaType')),
    digest: checkDigest(text(required(json, 'digest')), `read ${json.path}.digest`),
    size: count(required(json, 'size')),
    json,
  };
}

/** Without a platform a manifest is meant for everyone; attestations have the platform `unknown/unknown`. */
function forThisHost(descriptor: Descriptor): boolean {
  const platform = member(descriptor.json, 'platform');
  if (platform === undefined) return true;
  const architecture = { x64: 'amd64' }[process.arch.toString()] ?? process.arch;
  return text(required(platform, 'os')) === 'linux' && text(required(platform, 'architecture')) === architecture;
}

function readManifest(archive: Archive, descriptor: Descriptor): ArchivedImage {
  const manifest = readDocument(archive, descriptor);
  const config = readDescriptor(required(manifest, 'config'));
  if (!CONFIGS.includes(config.mediaType)) {
    throw new BerthError(
      'INPUT',
      `load ${archive.path}: ${descriptor.digest} is not a container image but ${config.mediaType}`,
    );
  }
  return {
    configBytes: readVerified(archive, config, MAX_CONFIG_BYTES),
    layers: list(required(manifest, 'layers')).map((layer) => openLayer(archive, readDescriptor(layer))),
    ...namesOf(descriptor, { names: [], refName: null }),
    manifestDigest: descriptor.digest,
  };
}

/** containerd's annotation is a whole name; the specification's is a tag, or with some tools a name. */
function namesOf(
  descriptor: Descriptor,
  fallback: Pick<ArchivedImage, 'names' | 'refName'>,
): Pick<ArchivedImage, 'names' | 'refName'> {
  const annotations = member(descriptor.json, 'annotations');
  const annotation = (key: string) => {
    const found = annotations === undefined ? undefined : member(annotations, key);
    return found === undefined ? null : text(found);
  };
  const refName = annotation('org.opencontainers.image.ref.name');
  const whole = annotation('io.containerd.image.name');
  const asName = refName !== null && /[:/]/.test(refName) && parseReference(refName) !== null ? refName : null;
  const name = whole ?? asName;
  return { names: name === null ? fallback.names : [name], refName: refName ?? fallback.refName };
}

function openLayer(archive: Archive, descriptor: Descriptor): ArchivedLayer {
  if (!LAYERS.includes(descriptor.mediaType)) {
    throw new BerthError('INPUT', `load ${archive.path}: layers of type ${descriptor.mediaType} are not supported`);
  }
  const blob = archive.open(blobName(descriptor.digest));
  if (blob === null) throw new BerthError('INPUT', `load ${archive.path}: blob ${descriptor.digest} is missing`);
  if (blob.length !== descriptor.size) {
    throw new BerthError(
      'INPUT',
      `load ${archive.path}: blob ${descriptor.digest} has ${blob.length} bytes, expected ${descriptor.size}`,
    );
  }
  return { blob, digest: descriptor.digest };
}

function readDocument(archive: Archive, descriptor: Descriptor): Json {
  return parseJson(readVerified(archive, descriptor, MAX_MANIFEST_BYTES), `${archive.path}: ${descriptor.digest}`);
}

function readVerified(archive: Archive, descriptor: Descriptor, maxBytes: number): Buffer {
  const bytes = readBlob(archive, blobName(descriptor.digest), maxBytes);
  if (bytes.length !== descriptor.size || digestOf(bytes) !== descriptor.digest) {
    throw new BerthError('INPUT', `load ${archive.path}: blob ${descriptor.digest} is not what its digest says`);
  }
  return bytes;
}

function blobName(digest: string): string {
  return `blobs/sha256/${hexOf(digest)}`;
}
