// Images and stack files that every contestant gets alike.

import { createHash } from 'node:crypto';
import { copyFileSync, createReadStream, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { output, run } from './measure.mjs';

export const busyboxImage = 'localhost/berth-bench:1';
export const layeredImage = 'localhost/berth-bench-layers:1';

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

/**
 * An OCI layout (as one tar) whose gzip layers are directories of this host.
 * @returns {Promise<{ archive: string, layers: readonly string[] }>}
 */
export async function makeLayeredArchive(scratch, dirs) {
  const dir = join(scratch, 'layers-archive');
  const blobs = join(dir, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  const put = (text) => {
    const hex = createHash('sha256').update(text).digest('hex');
    writeFileSync(join(blobs, hex), text);
    return { digest: `sha256:${hex}`, size: Buffer.byteLength(text) };
  };
  const layers = [];
  const descriptors = [];
  const diffIds = [];
  for (const [index, source] of dirs.entries()) {
    const tar = join(scratch, `layer-${index}.tar`);
    const excluded = ['--exclude=*.sock', '--warning=no-file-changed'];
    run(['tar', '-C', '/', '--sort=name', '--numeric-owner', ...excluded, '-cf', tar, source]);
    diffIds.push(await digestOf(tar));
    run(['gzip', '-6', '-n', tar]);
    const digest = await digestOf(`${tar}.gz`);
    copyFileSync(`${tar}.gz`, join(blobs, digest.slice('sha256:'.length)));
    layers.push(`${tar}.gz`);
    descriptors.push({
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      digest,
      size: statSync(`${tar}.gz`).size,
    });
  }
  const rootfs = { type: 'layers', diff_ids: diffIds };
  const config = put(JSON.stringify({ architecture: goArchitecture(), os: 'linux', config: {}, rootfs }));
  const manifest = put(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
      layers: descriptors,
    }),
  );
  const entry = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    ...manifest,
    annotations: { 'org.opencontainers.image.ref.name': layeredImage },
  };
  writeFileSync(join(dir, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  writeFileSync(join(dir, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
  const archive = join(scratch, 'layers.tar');
  run(['tar', '-C', dir, '-cf', archive, 'oci-layout', 'index.json', 'blobs']);
  return { archive, layers };
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

function goArchitecture() {
  return process.arch === 'x64' ? 'amd64' : process.arch;
}

function digestOfSmall(path) {
  return `sha256:${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
}

async function digestOf(path) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}
