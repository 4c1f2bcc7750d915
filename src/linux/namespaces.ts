/** The kernel's ids (inode numbers) of the namespaces of one container's init, by the kernel's names for their types. */
export interface ContainerNamespaces {
  readonly name: string;
  readonly ids: Readonly<Record<string, number>>;
}

/** One row for a namespace: who is in it. */
export interface NamespaceRow {
  readonly type: string;
  readonly id: number;
  /** names of containers, sorted */
  readonly members: readonly string[];
  /** true where it is the host's own */
  readonly isHost: boolean;
}

/** The order in which people look for them. */
const TYPES = ['net', 'ipc', 'pid', 'uts', 'mnt', 'user', 'cgroup', 'time'];

/** Groups containers by the namespaces that they are in, type by type, the most shared first. */
export function groupNamespaces(
  containers: readonly ContainerNamespaces[],
  host: Readonly<Record<string, number>>,
): readonly NamespaceRow[] {
  return TYPES.flatMap((type) => {
    const ids = [...new Set(containers.flatMap(({ ids }) => ids[type] ?? []))];
    const rows = ids.map((id) => ({
      type,
      id,
      members: containers
        .filter((container) => container.ids[type] === id)
        .map(({ name }) => name)
        .sort(),
      isHost: host[type] === id,
    }));
    return rows.sort((a, b) => b.members.length - a.members.length || a.id - b.id);
  });
}
