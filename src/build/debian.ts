import { closeSync, mkdirSync, openSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageConfig } from '../image/config.js';
import type { ImageStore, Layer } from '../image/model.js';
import type { ImageBase } from '../stack/model.js';
import { emptyConfig } from './config.js';
import type { Scratch } from './scratch.js';
import { runSubprocess } from './subprocess.js';

type DebianBase = Extract<ImageBase, { kind: 'debian' }>;

/** mmdebstrap, with what no container needs left out. */
export function mmdebstrapArguments({ suite, packages, mirror, variant }: DebianBase): string[] {
  return [
    '--mode=root',
    '--format=tar',
    `--variant=${variant}`,
    ...(packages.length > 0 ? [`--include=${packages.join(',')}`] : []),
    '--aptopt=Acquire::Languages "none"',
    suite,
    '-',
    ...(mirror === null ? [] : [mirror]),
  ];
}

/** How apt packages are installed in a running container; lists and archives don't stay in the layer. */
export function installCommand(packages: readonly string[]): string {
  return [
    'export DEBIAN_FRONTEND=noninteractive',
    'apt-get -q update',
    `apt-get -q install -y --no-install-recommends -o Dpkg::Use-Pty=0 ${packages.map(quote).join(' ')}`,
    'apt-get clean',
    'rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/apt/* /var/log/dpkg.log /var/cache/ldconfig/aux-cache',
  ].join(' && ');
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** Makes a root file system and adds it as the bottom layer. Its tar stream goes through a file that has no name. */
export async function makeDebian(
  base: DebianBase,
  store: ImageStore,
  scratch: Scratch,
  signal: AbortSignal,
  progress: (text: string) => void,
): Promise<Layer> {
  const temporary = join(scratch.layer.dir, 'tmp');
  mkdirSync(temporary, { mode: 0o700 });
  const path = join(temporary, 'rootfs.tar');
  const fd = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  try {
    await runSubprocess('mmdebstrap', mmdebstrapArguments(base), {
      stdout: fd,
      env: { TMPDIR: temporary },
      signal,
      progress,
    });
    progress('adding the layer');
    return await store.addLayer({ kind: 'tar', fd, offset: 0, length: -1, digest: '', diffId: '' }, null);
  } finally {
    closeSync(fd);
  }
}

export function debianConfig(): ImageConfig {
  const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  return { ...emptyConfig(), config: { Env: [path], Cmd: ['/bin/bash'] } };
}
