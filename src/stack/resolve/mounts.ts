import { posix } from 'node:path';
import { parseBytes } from '../../units.js';
import type { BindMount, Mount, TmpfsMount, VolumeMount } from '../model.js';
import type { Path } from '../node.js';
import type { LongMount } from '../schema/mount.js';
import type { ServiceFile } from '../schema/service.js';
import { suggest } from '../suggest.js';
import { hostPath, isWindowsPath, type ServiceContext } from './context.js';

const PROPAGATIONS = ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave'] as const;
/** Options of the short syntax; those of other platforms and of SELinux have no effect here. */
const SHORT_OPTIONS = ['ro', 'rw', 'nocopy', 'z', 'Z', 'cached', 'delegated', 'consistent', 'idmap', ...PROPAGATIONS];

/** All mounts of a service, parents before what is mounted below them. Of two on one target the later one is kept. */
export function resolveMounts(file: ServiceFile, context: ServiceContext): Mount[] {
  const mounts = new Map<string, Mount>();
  const add = (mount: Mount, path: Path): void => {
    if (mount.type === 'bind' && isWindowsPath(mount.source)) context.report.refuse(path, 'is a path of Windows');
    else if (!mount.target.startsWith('/'))
      context.report.refuse(path, `expected an absolute path in the container, found '${mount.target}'`);
    else if (mount.target === '/') context.report.refuse(path, 'nothing can be mounted over the root file system');
    if (mount.type === 'volume' && mount.volume !== null) checkVolume(mount.volume, path, context);
    mounts.set(mount.target, mount);
  };
  for (const [index, entry] of (file.volumes ?? []).entries()) {
    const path: Path = ['volumes', index];
    add(typeof entry === 'string' ? shortMount(entry, path, context) : longMount(entry, path, context), path);
  }
  for (const [index, entry] of (file.tmpfs ?? []).entries())
    add(shortTmpfs(entry, ['tmpfs', index], context), ['tmpfs', index]);
  return [...mounts.values()].sort((a, b) => (a.target < b.target ? -1 : 1));
}

function checkVolume(name: string, path: Path, context: ServiceContext): void {
  const { volumes } = context.declared;
  if (volumes.includes(name)) return;
  const hint = name.includes('/')
    ? `for a path write './${name}'`
    : (suggest(name, volumes) ?? `declare '${name}:' below volumes`);
  context.report.error(path, `there is no volume '${name}'`, hint);
}

export function normalTarget(target: string): string {
  if (isWindowsPath(target)) return target;
  return posix.normalize(target).replace(/(.)\/$/, '$1');
}

/** Whether a source is a path; else it is the name of a volume. */
export function isHostPath(source: string): boolean {
  return /^[./~]/.test(source) || isWindowsPath(source);
}

export interface ShortMount {
  /** null: an anonymous volume */
  readonly source: string | null;
  readonly target: string;
  readonly options: readonly string[];
}

/** Split at colons, but for those behind a drive of Windows. */
function partsOf(entry: string): string[] {
  return entry.match(/(?:[a-zA-Z]:\\[^:]*|[^:]+|(?<=:)(?=:|$)|^(?=:))/g) ?? [];
}

/** The parts of `[SOURCE:]TARGET[:OPTIONS]`. */
export function splitMount(entry: string): ShortMount {
  const [first = '', second, mode = ''] = partsOf(entry);
  const options = mode.split(',').filter((option) => option !== '');
  return second === undefined ? { source: null, target: first, options } : { source: first, target: second, options };
}

/** `[SOURCE:]TARGET[:OPTIONS]`. On Linux a letter before a colon is a volume's name, not a drive. */
function shortMount(entry: string, path: Path, context: ServiceContext): Mount {
  const { source, target, options } = splitMount(entry);
  if (partsOf(entry).length > 3 || source === '' || target === '')
    context.report.refuse(path, `expected [SOURCE:]TARGET[:OPTIONS], found '${entry}'`);
  for (const option of options) {
    if (!SHORT_OPTIONS.includes(option))
      context.report.refuse(path, `unknown option '${option}'`, suggest(option, SHORT_OPTIONS));
  }
  const readOnly = options.includes('ro');
  if (source === null || !isHostPath(source))
    return { ...volumeMount(source, target), readOnly, nocopy: options.includes('nocopy') };
  const propagation = PROPAGATIONS.find((known) => options.includes(known)) ?? 'rprivate';
  return {
    ...bindMount(hostPath(source, context), target),
    readOnly,
    propagation,
    ...idmapOf(options.includes('idmap')),
  };
}

function volumeMount(volume: string | null, target: string): VolumeMount {
  return { type: 'volume', volume, target: normalTarget(target), readOnly: false, nocopy: false, subpath: null };
}

function bindMount(source: string, target: string): BindMount {
  return {
    type: 'bind',
    source,
    target: normalTarget(target),
    readOnly: false,
    createHostPath: true,
    propagation: 'rprivate',
    recursive: 'enabled',
  };
}

function longMount(entry: LongMount, path: Path, context: ServiceContext): Mount {
  for (const kind of ['bind', 'volume', 'tmpfs', 'image'] as const) {
    if (entry[kind] && kind !== entry.type)
      context.report.refuseKey([...path, kind], `has no meaning for a mount of type ${entry.type}`);
  }
  const readOnly = entry.read_only ?? false;
  if (entry.type === 'image' || entry.type === 'npipe' || entry.type === 'cluster') {
    context.report.refuse([...path, 'type'], `mounts of type ${entry.type} are not supported yet`);
    return volumeMount(null, entry.target);
  }
  if (entry.type === 'volume') {
    const { nocopy = false, subpath = null } = entry.volume ?? {};
    if (entry.source && isHostPath(entry.source))
      context.report.refuse([...path, 'source'], `expected the name of a volume, found '${entry.source}'`);
    return {
      ...volumeMount(entry.source || null, entry.target),
      readOnly,
      nocopy,
      subpath: checkedSubpath(subpath, path, context),
    };
  }
  if (entry.type === 'tmpfs') return longTmpfs(entry, path, context);
  if (entry.source === undefined) context.report.error(path, "missing key 'source'");
  return {
    ...bindMount(hostPath(entry.source ?? '', context), entry.target),
    readOnly,
    createHostPath: entry.bind?.create_host_path ?? true,
    propagation: entry.bind?.propagation ?? 'rprivate',
    recursive: entry.bind?.recursive ?? 'enabled',
    ...idmapOf(entry.bind?.idmap ?? false),
  };
}

/** Absent where it isn't asked for, as in what was applied before there was such an option. */
function idmapOf(isAsked: boolean): Pick<BindMount, 'idmap'> {
  return isAsked ? { idmap: true } : {};
}

function checkedSubpath(subpath: string | null, path: Path, context: ServiceContext): string | null {
  const isInside = subpath === null || (!subpath.startsWith('/') && !subpath.split('/').includes('..'));
  if (!isInside)
    context.report.refuse([...path, 'volume', 'subpath'], `expected a path inside the volume, found '${subpath}'`);
  return subpath;
}

function longTmpfs(entry: LongMount, path: Path, context: ServiceContext): TmpfsMount {
  if (entry.source !== undefined)
    context.report.refuseKey([...path, 'source'], 'has no meaning for a mount of type tmpfs');
  return {
    type: 'tmpfs',
    target: normalTarget(entry.target),
    sizeBytes: entry.tmpfs?.size || null,
    mode: entry.tmpfs?.mode ?? null,
    options: entry.read_only ? ['ro'] : [],
  };
}

const TMPFS_FLAGS =
  /^(?:ro|rw|(?:no)?(?:exec|suid|dev|atime|diratime)|relatime|strictatime|sync|async|dirsync|size=\d+%|(?:uid|gid|nr_inodes|nr_blocks)=\w+|huge=\w+|mpol=[\w:=,-]+)$/;

/** `/path[:OPTION,…]` with the options of tmpfs(5). */
function shortTmpfs(entry: string, path: Path, context: ServiceContext): TmpfsMount {
  const colon = entry.indexOf(':');
  const target = colon < 0 ? entry : entry.slice(0, colon);
  const options =
    colon < 0
      ? []
      : entry
          .slice(colon + 1)
          .split(',')
          .filter((option) => option !== '');
  let sizeBytes: number | null = null;
  let mode: number | null = null;
  const others: string[] = [];
  for (const option of options) {
    const [name, value = ''] = option.split('=');
    const size = name === 'size' ? parseBytes(value) : null;
    if (size !== null) sizeBytes = size || null;
    else if (name === 'mode' && /^[0-7]{1,4}$/.test(value)) mode = Number.parseInt(value, 8);
    else if (TMPFS_FLAGS.test(option)) others.push(option);
    else
      context.report.refuse(
        path,
        `unknown tmpfs option '${option}'`,
        suggest(name ?? '', ['size', 'mode', 'uid', 'gid', 'noexec', 'nosuid', 'nodev']),
      );
  }
  return { type: 'tmpfs', target: normalTarget(target), sizeBytes, mode, options: others };
}
