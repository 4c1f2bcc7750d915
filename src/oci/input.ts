import type { Healthcheck, IdMapping, Mount, Service } from '../stack/model.js';
import type { Machine } from './seccomp.js';
import type { SpecDevice } from './spec.js';

/** Everything that the runtime spec and the supervise record are made from. What needs the world was looked up before. */
export interface ContainerInput {
  /** 64 hex digits */
  readonly id: string;
  readonly name: string;
  readonly stack: string;
  readonly service: Service;
  readonly image: ImageDefaults;
  readonly user: UserInput;
  readonly paths: ContainerPaths;
  /** mounts of the service and of the image's VOLUMEs; see `effectiveMounts` */
  readonly mounts: readonly MountInput[];
  readonly joins: NamespaceJoins;
  /** of the container's user namespace, its own or a joined one; null: it is in the host's */
  readonly ids: IdMappings | null;
  /** nodes behind `devices`, with what the container may do with them */
  readonly devices: readonly DeviceInput[];
  /** nodes of the host that `privileged` gives; else empty */
  readonly hostDevices: readonly SpecDevice[];
  /** numbers of the devices that `blkio_config` names, by path */
  readonly blockDevices: Readonly<Record<string, { readonly major: number; readonly minor: number }>>;
  /** the host's own name: a container in the host's network has it */
  readonly hostHostname: string;
  readonly layers: LayersInput;
  /** capabilities of our own bounding set, without `CAP_` */
  readonly capabilities: ReadonlySet<string>;
  /** what system calls are made on */
  readonly machine: Machine;
  /** what this host alone has that would tell of other tenants: each processor's thermal_throttle */
  readonly hostMaskedPaths: readonly string[];
  /** the highest hard limit of open files that we may give; null: any. What the file asks for isn't lowered */
  readonly mostOpenFiles: number | null;
  /** counts the writings of config.json and supervise */
  readonly generation: number;
}

/** What ids inside are outside. */
export interface IdMappings {
  readonly uids: readonly IdMapping[];
  readonly gids: readonly IdMapping[];
}

/** What an image's config says about running it. */
export interface ImageDefaults {
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** `NAME=value` */
  readonly env: readonly string[];
  readonly workingDir: string;
  readonly stopSignal: string | null;
  readonly healthcheck: Healthcheck | null;
  /** destinations of its anonymous volumes */
  readonly volumes: readonly string[];
}

/** The process's user in numbers. */
export interface UserInput {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  readonly home: string;
}

/** All absolute. */
export interface ContainerPaths {
  /** where the rootfs is seen when it is mounted on the host */
  readonly rootfs: string;
  readonly hosts: string;
  readonly hostname: string;
  readonly resolvConf: string;
  /** tmpfs of a shareable ipc namespace that this container owns */
  readonly sharedShm: string;
  /** `/berth/<stack>/<id>` */
  readonly cgroup: string;
  /** `/berth/<stack>/shim` */
  readonly shimCgroup: string;
}

export interface MountInput {
  readonly mount: Mount;
  /** directory or file on the host that is bound, of a volume all of it; empty for tmpfs */
  readonly source: string;
  /** what alone of a volume is mounted. It is looked up at each start: containers that share the volume may change it */
  readonly part?: { readonly volume: string; readonly subpath: string };
  /** of a bind, beside those that `mount` asks for: words of mount(2) */
  readonly options?: readonly string[];
  /** a volume whose driver options name a file system of its own, in the words of mount(2); absent: `source` is bound */
  readonly fileSystem?: { readonly type: string; readonly options: readonly string[] };
}

/** Namespaces of others, as files to join. A namespace that isn't here is the container's own, or the host's. */
export interface NamespaceJoins {
  readonly network?: string;
  readonly ipc?: string;
  readonly uts?: string;
  readonly user?: string;
  readonly cgroup?: string;
  /** id of the container whose pid namespace is joined */
  readonly pidContainer?: string;
  /** /dev/shm of the owner of the joined ipc namespace */
  readonly shm?: string;
  /** what the owner of the joined uts or network namespace is called */
  readonly hostname?: string;
}

export interface DeviceInput {
  readonly device: SpecDevice;
  /** subset of `rwm` */
  readonly permissions: string;
}

export interface LayersInput {
  /** `<root>/overlay2` */
  readonly dir: string;
  /** topmost first, relative */
  readonly lower: readonly string[];
  readonly upper: string;
  readonly work: string;
}

/** The mounts of a container: the service's, and an anonymous volume at each VOLUME of the image that none covers. */
export function effectiveMounts(service: Service, imageVolumes: readonly string[]): readonly Mount[] {
  const taken = new Set(service.mounts.map((mount) => trimSlash(mount.target)));
  const missing = [...new Set(imageVolumes.map(trimSlash))].filter((target) => !taken.has(target)).sort();
  const anonymous = missing.map((target) => ({
    type: 'volume' as const,
    volume: null,
    target,
    readOnly: false,
    nocopy: false,
    subpath: null,
  }));
  return [...service.mounts, ...anonymous];
}

export function trimSlash(path: string): string {
  return path.replace(/(.)\/+$/, '$1');
}
