// Images and stack files that every contestant gets alike.

import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { output, run } from './measure.mjs';

export const busyboxImage = 'localhost/berth-bench:1';

/** The root directory of an image with busybox and nothing else. */
export function makeBusyboxRoot(dir) {
  for (const name of ['bin', 'etc', 'proc', 'sys', 'dev', 'tmp', 'root'])
    mkdirSync(join(dir, name), { recursive: true });
  copyFileSync('/bin/busybox', join(dir, 'bin/busybox'));
  for (const applet of output(['/bin/busybox', '--list']).trim().split('\n')) {
    if (applet !== 'busybox') symlinkSync('busybox', join(dir, 'bin', applet));
  }
  writeFileSync(join(dir, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  writeFileSync(join(dir, 'etc/group'), 'root:x:0:\n');
}

/** A docker-archive of that root directory. @returns {string} its path */
export function makeBusyboxArchive(scratch, rootDir) {
  const dir = join(scratch, 'busybox-archive');
  mkdirSync(dir);
  run(['tar', '-C', rootDir, '--sort=name', '--numeric-owner', '-cf', join(dir, 'layer.tar'), '.']);
  const config = {
    architecture: goArchitecture(),
    os: 'linux',
    config: { Cmd: ['sh'], Env: ['PATH=/bin'] },
    rootfs: { type: 'layers', diff_ids: [digestOfSmall(join(dir, 'layer.tar'))] },
    history: [{ created_by: 'busybox' }],
  };
  writeFileSync(join(dir, 'config.json'), JSON.stringify(config));
  const manifest = [{ Config: 'config.json', RepoTags: [busyboxImage], Layers: ['layer.tar'] }];
  writeFileSync(join(dir, 'manifest.json'), JSON.stringify(manifest));
  const archive = join(scratch, 'busybox.tar');
  run(['tar', '-C', dir, '-cf', archive, 'manifest.json', 'config.json', 'layer.tar']);
  return archive;
}

/** A stack of `count` services that sleep; SIGKILL ends them, so that `down` measures no grace period. */
export function stackText(count, { limitOfFirst = '64m', network = 'none', extra = '' } = {}) {
  const services = Array.from({ length: count }, (_, index) => {
    const limit = index === 0 ? limitOfFirst : '64m';
    return [
      `  s${index + 1}:`,
      `    image: ${busyboxImage}`,
      '    command: ["sleep", "infinity"]',
      `    network_mode: ${network}`,
      '    stop_signal: SIGKILL',
      `    mem_limit: ${limit}`,
      extra,
    ].join('\n');
  });
  return `services:\n${services.join('\n')}\n`;
}

export function goArchitecture() {
  return process.arch === 'x64' ? 'amd64' : process.arch;
}

function digestOfSmall(path) {
  return `sha256:${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
}
