import { statSync } from 'node:fs';
import { makeDirs } from '../directories.js';
import { BerthError } from '../errors.js';
import type { MountInput } from '../oci/input.js';
import type { BindMount, Mount, VolumeMount } from '../stack/model.js';
import type { Paths } from './paths.js';
import type { ContainerRecord } from './record.js';
import { inspectVolume, volumeSource } from './volumes.js';

/** What is mounted where, volumes by the names on record. @throws BerthError NOT_FOUND, INPUT */
export function mountInputs(mounts: readonly Mount[], record: ContainerRecord, paths: Paths): readonly MountInput[] {
  return mounts.map((mount) => mountInput(mount, record, paths));
}

function mountInput(mount: Mount, record: ContainerRecord, paths: Paths): MountInput {
  switch (mount.type) {
    case 'tmpfs':
      return { mount, source: '' };
    case 'bind':
      return { mount, source: bindSource(mount) };
    case 'volume':
      return volumeInput(mount, record, paths);
  }
}

/** A path that isn't there becomes a directory where that is asked for, as in docker compose. */
function bindSource(mount: BindMount): string {
  checkBindSource(mount);
  if (statSync(mount.source, { throwIfNoEntry: false }) === undefined) {
    makeDirs(mount.source, 0o755);
  }
  return mount.source;
}

/** @throws BerthError INPUT for a path that isn't there and must be */
export function checkBindSource({ source, createHostPath }: BindMount): void {
  if (createHostPath || statSync(source, { throwIfNoEntry: false }) !== undefined) return;
  throw new BerthError('INPUT', `mount ${source}: no such file or directory`, {
    path: source,
    hint: 'create it, or let it be made by `create_host_path: true`',
  });
}

function volumeInput(mount: VolumeMount, record: ContainerRecord, paths: Paths): MountInput {
  const name = mount.volume === null ? record.anonymousVolumes[mount.target] : record.namedVolumes[mount.volume];
  if (name === undefined) throw new BerthError('INTERNAL', `internal: no volume on record for ${mount.target}`);
  const { type, source, options } = volumeSource(paths, inspectVolume(paths, name));
  const part = mount.subpath === null ? {} : { part: { volume: name, subpath: mount.subpath } };
  return type === 'bind'
    ? { mount, source, options, ...part }
    : { mount, source, fileSystem: { type, options }, ...part };
}
