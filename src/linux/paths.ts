import { join } from 'node:path';
import { BerthError } from '../errors.js';

/** Every path below the state directory (`root`) and the run directory (`run`). Names are checked before they are joined. */
export interface Paths {
  readonly root: string;
  readonly run: string;
  readonly containers: string;
  readonly volumes: string;
  readonly stacks: string;
  /** links from the names of containers to their owners */
  readonly names: string;
  /** what the writable and the image layers share, as in Docker's overlay2 */
  readonly overlay: string;
  readonly runContainers: string;
  container(id: string): ContainerPaths;
  volume(name: string): VolumePaths;
  name(containerName: string): string;
  stack(name: string): StackPaths;
}

export interface ContainerPaths {
  readonly dir: string;
  readonly record: string;
  readonly config: string;
  readonly supervise: string;
  readonly log: string;
  readonly hosts: string;
  readonly hostname: string;
  readonly resolvConf: string;
  /** the writable layer, `overlay2/<id>` */
  readonly layer: string;
  readonly runDir: string;
  readonly status: string;
  /** where those of its namespaces are pinned that others share: `net`, `ipc`, `uts`, `user` */
  readonly namespaces: string;
  /** the tmpfs that a shareable ipc namespace brings along */
  readonly shm: string;
}

export interface VolumePaths {
  readonly dir: string;
  readonly record: string;
  readonly data: string;
}

export interface StackPaths {
  readonly dir: string;
  readonly state: string;
  readonly lock: string;
  readonly revisions: string;
  revision(serial: number): string;
  /** cgroup that holds the stack's, below each hierarchy's mount point */
  readonly cgroup: string;
}

const idPattern = /^[0-9a-f]{64}$/;
const stackPattern = /^[a-z0-9][a-z0-9_-]{0,127}$/;
const volumePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}$/;
const containerNamePattern = volumePattern;

/** True for what can be a container's id: 64 lower case hex digits. */
export function isContainerId(text: string): boolean {
  return idPattern.test(text);
}

/** True for a name that a stack can have on disk. */
export function isStackName(text: string): boolean {
  return stackPattern.test(text);
}

/** True for a name that a volume can have on disk. */
export function isVolumeName(text: string): boolean {
  return volumePattern.test(text);
}

/** True for a name that a container can have on disk. */
export function isContainerName(text: string): boolean {
  return containerNamePattern.test(text);
}

/** @throws BerthError INPUT where a name could leave its directory */
export function createPaths(root: string, run: string): Paths {
  const containers = join(root, 'containers');
  const volumes = join(root, 'volumes');
  const stacks = join(root, 'stacks');
  const names = join(root, 'names');
  const overlay = join(root, 'overlay2');
  const runContainers = join(run, 'containers');
  return {
    root,
    run,
    containers,
    volumes,
    stacks,
    names,
    overlay,
    runContainers,
    container: (id) => containerPaths(containers, overlay, runContainers, checked('container id', id, idPattern)),
    volume: (name) => volumePaths(join(volumes, checked('volume name', name, volumePattern))),
    name: (name) => join(names, checked('container name', name, containerNamePattern)),
    stack: (name) => stackPaths(stacks, checked('stack name', name, stackPattern)),
  };
}

/** Cgroup of one container, `/berth/<stack>/<id>`. */
export function containerCgroup(stack: string, id: string): string {
  return `/berth/${checked('stack name', stack, stackPattern)}/${checked('container id', id, idPattern)}`;
}

function checked(kind: string, name: string, pattern: RegExp): string {
  if (pattern.test(name)) return name;
  throw new BerthError('INPUT', `${kind} ${JSON.stringify(name)} is not valid: expected ${pattern.source}`);
}

/** Plain texts: what is joined was checked, and each step of a large stack asks. */
function containerPaths(containers: string, overlay: string, runContainers: string, id: string): ContainerPaths {
  const dir = `${containers}/${id}`;
  const runDir = `${runContainers}/${id}`;
  return {
    dir,
    record: `${dir}/record.json`,
    config: `${dir}/config.json`,
    supervise: `${dir}/supervise`,
    log: `${dir}/${id}-json.log`,
    hosts: `${dir}/hosts`,
    hostname: `${dir}/hostname`,
    resolvConf: `${dir}/resolv.conf`,
    layer: `${overlay}/${id}`,
    runDir,
    status: `${runDir}/status`,
    namespaces: `${runDir}/ns`,
    shm: `${runDir}/shm`,
  };
}

function volumePaths(dir: string): VolumePaths {
  return { dir, record: join(dir, 'volume.json'), data: join(dir, '_data') };
}

function stackPaths(stacks: string, name: string): StackPaths {
  const dir = join(stacks, name);
  const revisions = join(dir, 'revisions');
  return {
    dir,
    state: join(dir, 'state.json'),
    lock: join(dir, 'lock'),
    revisions,
    revision: (serial) => join(revisions, `${Math.trunc(serial)}.json`),
    cgroup: `/berth/${name}`,
  };
}
