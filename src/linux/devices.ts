import { lstatSync, readdirSync, type Stats, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { BerthError } from '../errors.js';
import type { SpecDevice } from '../oci/spec.js';
import type { Device } from '../stack/model.js';
import { errnoOf } from './json.js';

/** A device number. */
export interface DeviceNumber {
  readonly major: number;
  readonly minor: number;
}

/** A device of a container and what it may do with it, a subset of `rwm`. */
export interface DeviceAccess {
  readonly device: SpecDevice;
  readonly permissions: string;
}

/** What of the host's /dev a privileged container doesn't get: those are file systems or links of its own. */
const OWN_OF_CONTAINER = new Set([
  'pts',
  'ptmx',
  'shm',
  'fd',
  'mqueue',
  'console',
  'core',
  '.lxc',
  '.lxd-mounts',
  '.udev',
]);
const MAX_DEPTH = 8;

/**
 * The device nodes behind an entry of `devices`; all below it where it is a directory.
 * @throws BerthError INPUT where it is neither
 */
export function resolveDevice(device: Device): readonly DeviceAccess[] {
  const stats = statDevice(device.source);
  const found = stats.isDirectory()
    ? devicesBelow(device.source, device.target, MAX_DEPTH)
    : [specDevice(device.target, stats)];
  const devices = found.filter((item) => item !== null);
  if (devices.length === 0)
    throw new BerthError('INPUT', `use device ${device.source}: no device node`, { path: device.source });
  return devices.map((item) => ({ device: item, permissions: device.permissions }));
}

/** Every device of the host, for privileged containers. */
export function hostDevices(): readonly SpecDevice[] {
  return devicesBelow('/dev', '/dev', MAX_DEPTH);
}

/** Number of a block or character device, e.g. for `blkio_config`. @throws BerthError INPUT */
export function deviceNumber(path: string): DeviceNumber {
  const stats = statDevice(path);
  if (!stats.isBlockDevice() && !stats.isCharacterDevice()) {
    throw new BerthError('INPUT', `use device ${path}: no device node`, { path });
  }
  return splitDevice(stats.rdev);
}

function statDevice(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    throw new BerthError(
      'INPUT',
      `use device ${path}: ${errnoOf(error) === 'ENOENT' ? 'no such file' : String(error)}`,
      {
        path,
        cause: error,
      },
    );
  }
}

function devicesBelow(source: string, target: string, depth: number): SpecDevice[] {
  if (depth === 0) return [];
  return readdirSync(source)
    .filter((name) => !OWN_OF_CONTAINER.has(name))
    .flatMap((name) => {
      const stats = lstatSync(join(source, name), { throwIfNoEntry: false });
      if (stats === undefined) return [];
      const inner = posix.join(target, name);
      if (stats.isDirectory()) return devicesBelow(join(source, name), inner, depth - 1);
      return specDevice(inner, stats) ?? [];
    });
}

function specDevice(path: string, stats: Stats): SpecDevice | null {
  if (!stats.isCharacterDevice() && !stats.isBlockDevice()) return null;
  return {
    path,
    type: stats.isBlockDevice() ? 'b' : 'c',
    ...splitDevice(stats.rdev),
    fileMode: stats.mode & 0o777,
    uid: stats.uid,
    gid: stats.gid,
  };
}

/** Linux' encoding of dev_t in user space, makedev(3). Bits above 32 need arithmetic: `>>` is of 32 bits. */
export function splitDevice(rdev: number): DeviceNumber {
  const high = Math.floor(rdev / 2 ** 32);
  const low = rdev % 2 ** 32;
  return { major: ((low >>> 8) & 0xfff) + (high & ~0xfff), minor: (low & 0xff) + ((low >>> 12) & ~0xff) };
}
