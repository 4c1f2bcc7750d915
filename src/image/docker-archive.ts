import { BerthError } from '../errors.js';
import { type Archive, readBlob, readBlobIfThere } from './archive.js';
import type { ArchivedImage, ArchivedLayer } from './archived.js';
import { digestOf } from './digest.js';
import { type Json, list, member, parseJson, required, text, texts } from './narrow.js';
import { MAX_CONFIG_BYTES } from './parse-config.js';

const MAX_MANIFEST_BYTES = 4 << 20;

/** Images of a docker-archive (`manifest.json`); null where it is none. */
export function readDockerArchive(archive: Archive): ArchivedImage[] | null {
  const bytes = readBlobIfThere(archive, 'manifest.json', MAX_MANIFEST_BYTES);
  if (bytes === null) return null;
  return list(parseJson(bytes, `${archive.path}: manifest.json`)).map((entry) => readEntry(archive, entry));
}

function readEntry(archive: Archive, entry: Json): ArchivedImage {
  const configName = text(required(entry, 'Config'));
  const configBytes = readBlob(archive, configName, MAX_CONFIG_BYTES);
  // Whoever names the file by its digest promises its content.
  const promised = /[0-9a-f]{64}/.exec(configName)?.[0];
  if (promised !== undefined && digestOf(configBytes) !== `sha256:${promised}`) {
    throw new BerthError('INPUT', `load ${archive.path}: ${configName} is not what its name says`);
  }
  const tags = member(entry, 'RepoTags');
  const layers = member(entry, 'Layers');
  return {
    configBytes,
    layers: layers === undefined ? [] : texts(layers).map((name) => openLayer(archive, name)),
    names: tags === undefined ? [] : texts(tags),
    refName: null,
    manifestDigest: null,
  };
}

/** Diff IDs, which the config tells, are checked while unpacking; a docker-archive knows no other digest. */
function openLayer(archive: Archive, name: string): ArchivedLayer {
  const blob = archive.open(name);
  if (blob === null) throw new BerthError('INPUT', `load ${archive.path}: layer ${name} is missing`);
  return { blob, digest: '' };
}
