import { hostPath, type ResolveContext } from '../resolve/context.js';
import { isHostPath, normalTarget, splitMount } from '../resolve/mounts.js';
import type { LongMount } from '../schema/mount.js';
import { asText, defined, type Printable, terse } from './value.js';

/** `services.*.volumes` in the long form. Of two on one target the later one is kept, at the place of the first. */
export function canonicalMounts(entries: readonly (string | LongMount)[], context: ResolveContext): Printable[] {
  return longMounts(entries).map((mount) => canonicalMount(mount, context));
}

/** Names of the volumes that are mounted. */
export function volumesOf(entries: readonly (string | LongMount)[]): string[] {
  return longMounts(entries).flatMap(({ type, source }) => (type === 'volume' && source !== undefined ? [source] : []));
}

function longMounts(entries: readonly (string | LongMount)[]): LongMount[] {
  const mounts = entries.map((entry): LongMount => (typeof entry === 'string' ? longForm(entry) : entry));
  return [...new Map(mounts.map((mount) => [normalTarget(mount.target), mount])).values()];
}

function longForm(entry: string): LongMount {
  const { source, target, options } = splitMount(entry);
  const common = { target, ...(options.includes('ro') ? { read_only: true } : {}) };
  const propagation = options.find((option) => /^r?(?:private|shared|slave)$/.test(option));
  const selinux = options.find((option) => option === 'z' || option === 'Z');
  if (source !== null && isHostPath(source))
    return {
      type: 'bind',
      source,
      ...common,
      bind: {
        create_host_path: true,
        ...words({ propagation, selinux }),
        ...(options.includes('idmap') ? { idmap: true } : {}),
      },
    } as LongMount;
  return {
    type: 'volume',
    ...(source === null ? {} : { source }),
    ...common,
    volume: options.includes('nocopy') ? { nocopy: true } : {},
  };
}

function words(map: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(map).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}

function canonicalMount(mount: LongMount, context: ResolveContext): Printable {
  const { type, source, bind, volume, tmpfs, image } = mount;
  return defined({
    type,
    source: source && type === 'bind' ? hostPath(source, context) : source || undefined,
    target: normalTarget(mount.target),
    read_only: mount.read_only || undefined,
    consistency: mount.consistency,
    bind: bind && { ...terse(bind), ...defined({ create_host_path: bind.create_host_path }) },
    volume: volume && terse(volume),
    tmpfs: tmpfs && terse({ size: asText(tmpfs.size), mode: tmpfs.mode }),
    image: image && terse(image),
  });
}
