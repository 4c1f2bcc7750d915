import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** What an archive is made of: the files of each layer, bottom first; names end in `/` for directories. */
export interface ArchiveContent {
  readonly name: string;
  readonly layers: readonly Readonly<Record<string, string>>[];
}

/** An archive that `writeDockerArchive` wrote. */
export interface WrittenArchive {
  readonly path: string;
  readonly diffIds: readonly string[];
}

/** Writes a docker-archive below `dir` with GNU tar; layers are gzipped, as registries keep them. */
export function writeDockerArchive(dir: string, content: ArchiveContent): WrittenArchive {
  const tree = join(dir, 'archive');
  mkdirSync(tree, { recursive: true });
  const diffIds = content.layers.map((files, index) => {
    const tar = makeLayer(join(dir, `layer-${index}`), files);
    writeFileSync(join(tree, `${index}.tar`), gzipSync(tar, { level: 1 }));
    return sha256(tar);
  });
  const config = JSON.stringify({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Cmd: ['/bin/true'] },
    rootfs: { type: 'layers', diff_ids: diffIds },
  });
  const configName = `${sha256(config).slice('sha256:'.length)}.json`;
  writeFileSync(join(tree, configName), config);
  const layerNames = diffIds.map((_, index) => `${index}.tar`);
  writeFileSync(
    join(tree, 'manifest.json'),
    JSON.stringify([{ Config: configName, RepoTags: [content.name], Layers: layerNames }]),
  );
  const path = join(dir, 'image.tar');
  execFileSync('tar', ['-C', tree, '-cf', path, 'manifest.json', configName, ...layerNames]);
  return { path, diffIds };
}

export function sha256(data: Buffer | string): string {
  return `sha256:${createHash('sha256').update(data).digest('hex')}`;
}

function makeLayer(dir: string, files: Readonly<Record<string, string>>): Buffer {
  mkdirSync(dir, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    if (name.endsWith('/')) mkdirSync(join(dir, name), { recursive: true });
    else writeFileSync(join(dir, name), text);
  }
  const out = `${dir}.tar`;
  execFileSync('tar', ['-C', dir, '--mtime=@1000000000', '--sort=name', '-cf', out, '.']);
  return readFileSync(out);
}
