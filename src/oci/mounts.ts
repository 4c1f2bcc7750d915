import type { BindMount, IdMapping, TmpfsMount } from '../stack/model.js';
import { type ContainerInput, type MountInput, trimSlash } from './input.js';
import type { SpecMount } from './spec.js';

/** All mounts, parents before what lies in them. A mount of the file takes the place of a default one. */
export function toMounts(input: ContainerInput): SpecMount[] {
  const asked = input.mounts.map((mount) => toMount(mount, input.ids !== null));
  const destinations = asked.map(({ destination }) => destination);
  // Whoever brings an own /dev brings all of it; elsewhere only the same place is taken.
  const isTaken = ({ destination }: SpecMount) =>
    destinations.includes(destination) || (destinations.includes('/dev') && destination.startsWith('/dev/'));
  const defaults = [...systemMounts(input), ...etcMounts(input)].filter((mount) => !isTaken(mount));
  return [...defaults, ...asked].sort((a, b) => depth(a) - depth(b) || (a.destination < b.destination ? -1 : 1));
}

function depth({ destination }: SpecMount): number {
  return destination.split('/').filter((part) => part !== '').length;
}

function systemMounts(input: ContainerInput): SpecMount[] {
  const { service } = input;
  // Docker: a privileged container may write to both, unless its root is read-only.
  const access = service.privileged && !service.readOnly ? [] : ['ro'];
  const cgroupAccess = service.privileged ? [] : ['ro'];
  return [
    mountOf('/proc', 'proc', 'proc', ['nosuid', 'noexec', 'nodev']),
    mountOf('/dev', 'tmpfs', 'tmpfs', ['nosuid', 'strictatime', 'mode=755', 'size=65536k']),
    mountOf('/dev/pts', 'devpts', 'devpts', [
      'nosuid',
      'noexec',
      'newinstance',
      'ptmxmode=0666',
      'mode=0620',
      ...(isMapped(input.ids?.gids, TTY) ? [`gid=${TTY}`] : []),
    ]),
    mountOf('/sys', 'sysfs', 'sysfs', ['nosuid', 'noexec', 'nodev', ...access]),
    mountOf('/sys/fs/cgroup', 'cgroup', 'cgroup', [...cgroupAccess, 'nosuid', 'noexec', 'nodev']),
    mountOf('/dev/mqueue', 'mqueue', 'mqueue', ['nosuid', 'noexec', 'nodev']),
    ...sharedMemory(input),
  ];
}

/** The group of terminals, by number since the image's own /etc/group may not know it. */
const TTY = 5;

function isMapped(mappings: readonly IdMapping[] | undefined, id: number): boolean {
  return (
    mappings === undefined || mappings.some(({ containerId, size }) => id >= containerId && id < containerId + size)
  );
}

/** Sharing ipc shares /dev/shm, too. */
function sharedMemory({ service, joins, paths }: ContainerInput): SpecMount[] {
  const { ipc } = service.namespaces;
  const bound = (source: string) => [mountOf('/dev/shm', 'bind', source, ['rbind', 'rprivate'])];
  if (ipc.kind === 'none') return [];
  if (ipc.kind === 'host') return bound('/dev/shm');
  if (joins.shm !== undefined) return bound(joins.shm);
  if (ipc.kind === 'shareable') return bound(paths.sharedShm);
  const options = ['nosuid', 'noexec', 'nodev', 'mode=1777', `size=${service.shmSizeBytes}`];
  return [mountOf('/dev/shm', 'tmpfs', 'shm', options)];
}

/** Files that Berth writes for the container. */
function etcMounts({ service, paths, ids }: ContainerInput): SpecMount[] {
  const options = ['rbind', 'rprivate', ...(service.readOnly ? ['ro'] : []), ...idmapIf(ids !== null)];
  return [
    mountOf('/etc/hostname', 'bind', paths.hostname, options),
    mountOf('/etc/hosts', 'bind', paths.hosts, options),
    mountOf('/etc/resolv.conf', 'bind', paths.resolvConf, options),
  ];
}

/** Files that are ours have the image's ids on the disk, whatever they are outside of the container. */
function idmapIf(isWanted: boolean): readonly string[] {
  return isWanted ? ['idmap'] : [];
}

function toMount(input: MountInput, isMappedContainer: boolean): SpecMount {
  const { mount, source } = input;
  const destination = trimSlash(mount.target);
  switch (mount.type) {
    case 'tmpfs':
      return mountOf(destination, 'tmpfs', 'tmpfs', tmpfsOptions(mount));
    case 'volume':
      return toVolumeMount(destination, mount.readOnly, input, isMappedContainer);
    case 'bind':
      return mountOf(destination, 'bind', source, [
        ...bindOptions(mount),
        ...idmapIf(mount.idmap === true && isMappedContainer),
      ]);
  }
}

function toVolumeMount(
  destination: string,
  readOnly: boolean,
  input: MountInput,
  isMappedContainer: boolean,
): SpecMount {
  const { source, part, fileSystem, options = [] } = input;
  const access = readOnly ? ['ro'] : [];
  // A tmpfs is new at each start and belongs to the container that it is made for.
  const idmap = idmapIf(isMappedContainer && fileSystem?.type !== 'tmpfs');
  const own = [...(part === undefined ? [] : [`${VOLUME}${part.volume}`, `${SUBPATH}${part.subpath}`]), ...idmap];
  if (fileSystem !== undefined)
    return mountOf(destination, fileSystem.type, source, [...fileSystem.options, ...access, ...own]);
  const path = part === undefined ? source : `${source}/${part.subpath}`;
  return mountOf(destination, 'bind', path, ['rbind', 'rprivate', ...options, ...access, ...own]);
}

/** Our own mount options; docs/architecture.md, "Parts of volumes". */
const VOLUME = 'x-berth.volume=';
const SUBPATH = 'x-berth.subpath=';

/** What a bind takes from the host: of a part of a volume, the volume, since the host must not follow the part's links. */
export function hostSource({ source, options }: SpecMount): string {
  const subpath = options.find((option) => option.startsWith(SUBPATH))?.slice(SUBPATH.length);
  return subpath === undefined ? source : source.slice(0, -(subpath.length + 1));
}

/** As Docker: read-only holds for what is mounted below, too, unless `recursive` says otherwise. */
function bindOptions({ readOnly, propagation, recursive }: BindMount): string[] {
  const bind = recursive === 'disabled' ? 'bind' : 'rbind';
  const isTree = recursive === 'enabled' || recursive === 'readonly';
  return [bind, propagation, ...(readOnly ? [isTree ? 'rro' : 'ro'] : [])];
}

/** Options and their opposites; the later one holds. */
const opposites: Readonly<Record<string, string>> = {
  exec: 'noexec',
  noexec: 'exec',
  suid: 'nosuid',
  nosuid: 'suid',
  dev: 'nodev',
  nodev: 'dev',
  ro: 'rw',
  rw: 'ro',
};

function tmpfsOptions({ sizeBytes, mode, options }: TmpfsMount): string[] {
  const chosen = new Set(['noexec', 'nosuid', 'nodev']);
  for (const option of options) {
    chosen.delete(opposites[option] ?? '');
    chosen.add(option);
  }
  if (sizeBytes !== null) chosen.add(`size=${sizeBytes}`);
  if (mode !== null) chosen.add(`mode=${mode.toString(8)}`);
  return [...chosen];
}

function mountOf(destination: string, type: string, source: string, options: readonly string[]): SpecMount {
  return { destination, type, source, options };
}
