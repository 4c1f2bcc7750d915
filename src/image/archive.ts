import { closeSync, constants, fstatSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { ArchiveMember } from '../addon/layers.js';
import { BerthError } from '../errors.js';
import { type StoreContext, unpackLimits } from './context.js';
import { errnoName, stagingName } from './files.js';

/** A part of an open file: a layer's bytes. */
export interface Blob {
  readonly fd: number;
  readonly offset: number;
  readonly length: number;
}

/** Files by name, from a directory or a tar file. Names of others are asked for, never joined without a check. */
export interface Archive {
  readonly path: string;
  /** null where there is no such file */
  readonly open: (name: string) => Blob | null;
  readonly close: () => void;
}

/** Opens a directory, or a tar file that may be compressed, or may be a pipe: then it is copied into the store first. */
export async function openArchive(context: StoreContext, path: string): Promise<Archive> {
  if (statOf(path).isDirectory()) return openDirectory(path);
  const fd = await openPlain(context, path);
  try {
    return openTar(path, fd, await context.layers().listArchive(fd));
  } catch (error) {
    closeSync(fd);
    throw new BerthError('INPUT', `load ${path}: ${error instanceof Error ? error.message : 'not an archive'}`, {
      cause: error,
    });
  }
}

/** @throws BerthError INPUT where the file is missing or longer than `maxBytes` */
export function readBlob(archive: Archive, name: string, maxBytes: number): Buffer {
  const bytes = readBlobIfThere(archive, name, maxBytes);
  if (bytes === null) throw new BerthError('INPUT', `load ${archive.path}: ${name} is missing`);
  return bytes;
}

export function readBlobIfThere(archive: Archive, name: string, maxBytes: number): Buffer | null {
  const blob = archive.open(name);
  if (blob === null) return null;
  if (blob.length > maxBytes) {
    throw new BerthError(
      'INPUT',
      `load ${archive.path}: ${name} has ${blob.length} bytes, expected at most ${maxBytes}`,
    );
  }
  const bytes = Buffer.alloc(blob.length);
  for (let have = 0; have < bytes.length; ) {
    const got = readSync(blob.fd, bytes, have, bytes.length - have, blob.offset + have);
    if (got === 0) throw new BerthError('INPUT', `load ${archive.path}: ${name} is cut short`);
    have += got;
  }
  return bytes;
}

/** A relative name below the archive's top, or null. */
function safeName(name: string): string | null {
  const normal = posix.normalize(name);
  return normal.startsWith('/') || normal === '..' || normal.startsWith('../') || normal.includes('\0') ? null : normal;
}

function openDirectory(path: string): Archive {
  const fds = new Map<string, number>();
  return {
    path,
    open: (name) => {
      const safe = safeName(name);
      if (safe === null) return null;
      const fd = fds.get(safe) ?? openFile(join(path, safe));
      if (fd === null) return null;
      fds.set(safe, fd);
      const stats = fstatSync(fd);
      return stats.isFile() ? { fd, offset: 0, length: stats.size } : null;
    },
    close: () => {
      for (const fd of fds.values()) closeSync(fd);
    },
  };
}

/** The file itself must not be a link: it could lead anywhere. NONBLOCK: a fifo in its place must not block. */
function openFile(path: string): number | null {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errnoName(error) ?? '')) return null;
    throw error;
  }
}

function openTar(path: string, fd: number, members: readonly ArchiveMember[]): Archive {
  const byName = new Map(members.map((member) => [posix.normalize(member.name), member]));
  return {
    path,
    open: (name) => {
      const member = followLinks(byName, posix.normalize(name));
      return member === undefined ? null : { fd, offset: member.offset, length: member.size };
    },
    close: () => closeSync(fd),
  };
}

/** Old archives link layers that are the same. Links of a tar file lead to its members only. */
function followLinks(members: ReadonlyMap<string, ArchiveMember>, name: string): ArchiveMember | undefined {
  const maxLinks = 8;
  let member = members.get(name);
  for (let links = 0; member?.type === 'link' && links < maxLinks; links += 1) {
    const target = posix.normalize(member.link);
    member = members.get(target) ?? members.get(posix.join(posix.dirname(posix.normalize(member.name)), target));
  }
  return member?.type === 'file' ? member : undefined;
}

/** A descriptor of a plain tar file. What is compressed or a pipe becomes a nameless file of the store. */
async function openPlain(context: StoreContext, path: string): Promise<number> {
  const fd = openSync(path, 'r');
  if (fstatSync(fd).isFile() && !isCompressed(fd)) return fd;
  const copy = join(context.paths.image, stagingName());
  const to = openSync(copy, 'wx+', 0o600);
  rmSync(copy);
  try {
    await context.layers().decompress({ ...unpackLimits(context.paths), fd, to });
    return to;
  } catch (error) {
    closeSync(to);
    throw new BerthError('INPUT', `load ${path}: ${error instanceof Error ? error.message : 'not an archive'}`, {
      cause: error,
    });
  } finally {
    closeSync(fd);
  }
}

function isCompressed(fd: number): boolean {
  const head = Buffer.alloc(6);
  readSync(fd, head, 0, head.length, 0);
  const magics = ['1f8b', '28b52ffd', '425a68', 'fd377a585a00'];
  return magics.some((magic) => head.toString('hex').startsWith(magic));
}

function statOf(path: string) {
  try {
    return statSync(path);
  } catch (error) {
    if (errnoName(error) === 'ENOENT')
      throw new BerthError('INPUT', `load ${path}: no such file or directory`, { path });
    throw error;
  }
}
