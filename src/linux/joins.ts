import { join } from 'node:path';
import { BerthError } from '../errors.js';
import type { IdMappings, NamespaceJoins } from '../oci/input.js';
import { hostnameOf } from '../oci/namespaces.js';
import type { Namespaces, Service } from '../stack/model.js';
import { hostName } from './hosts.js';
import { type ContainerIndex, findContainer } from './index.js';
import type { Paths } from './paths.js';
import type { ContainerRecord, JoinedNamespace } from './record.js';

const JOINABLE = ['network', 'ipc', 'pid', 'uts', 'user', 'cgroup'] as const satisfies readonly JoinedNamespace[];
const PINNED = { network: 'net', ipc: 'ipc', uts: 'uts', user: 'user' } as const;

/** Whose namespaces a container is started in. */
export interface Joined {
  /** ids of the owners that it was asked to share with */
  readonly joined: ContainerRecord['joined'];
  /** the same, for config.json */
  readonly joins: NamespaceJoins;
  /** the service with the host's namespaces where an owner itself has the host's */
  readonly service: Service;
  /** the owner of the network, whose /etc/hosts and the like are shared, too; null: an own one, or the host's */
  readonly networkOwner: ContainerRecord | null;
  /** of the user namespace that is joined; null: none is, or the host's */
  readonly ids: IdMappings | null;
}

/**
 * The containers that a service's namespaces come from as of now: of another service its lowest replica, the newest
 * container of that place.
 * @throws BerthError NOT_FOUND, INPUT for a namespace that its owner keeps to itself
 */
export function chooseOwners(
  service: Service,
  stack: string,
  containers: () => ContainerIndex,
): ContainerRecord['joined'] {
  const joined: Partial<Record<JoinedNamespace, string>> = {};
  for (const namespace of JOINABLE) {
    const source = service.namespaces[namespace];
    if (source.kind === 'service') joined[namespace] = ownerOf(source.service, stack, containers(), service).id;
    if (source.kind === 'container') joined[namespace] = findContainer(containers(), source.container).id;
  }
  return joined;
}

function ownerOf(owner: string, stack: string, { records }: ContainerIndex, service: Service): ContainerRecord {
  const candidates = records.filter(
    (record) => record.stack === stack && record.service === owner && !record.oneOff && record.state === 'created',
  );
  const lowest = Math.min(...candidates.map(({ replica }) => replica));
  const newest = candidates.findLast(({ replica }) => replica === lowest);
  if (newest !== undefined) return newest;
  throw new BerthError('NOT_FOUND', `share namespaces of ${service.name} with service ${owner}: it has no container`);
}

/**
 * Follows owners that themselves share, to where each namespace is pinned once it is shared.
 * @throws BerthError NOT_FOUND, INPUT
 */
export function resolveJoins(
  service: Service,
  joined: ContainerRecord['joined'],
  containers: () => ContainerIndex,
  paths: Paths,
): Joined {
  if (Object.keys(joined).length === 0) return { joined, joins: {}, service, networkOwner: null, ids: null };
  const index = containers();
  const joins: { -readonly [K in keyof NamespaceJoins]: NamespaceJoins[K] } = {};
  const namespaces: { -readonly [K in keyof Namespaces]: Namespaces[K] } = { ...service.namespaces };
  let networkOwner: ContainerRecord | null = null;
  let ids: IdMappings | null = null;
  for (const namespace of JOINABLE) {
    const owner = lastOwner(namespace, joined, index);
    if (owner === null) continue;
    if (owner.applied.namespaces[namespace].kind === 'host') {
      namespaces[namespace] = { kind: 'host' };
      continue;
    }
    const { namespaces: pins, shm } = paths.container(owner.id);
    if (namespace === 'pid') joins.pidContainer = owner.id;
    else if (namespace === 'cgroup') throw unshareable(namespace, owner, 'not shareable');
    else joins[namespace] = join(pins, PINNED[namespace]);
    if (namespace === 'network') networkOwner = owner;
    if (namespace === 'user') ids = owner.ids;
    if (namespace === 'ipc') {
      if (owner.applied.namespaces.ipc.kind !== 'shareable') {
        throw unshareable('ipc', owner, 'private: give it `ipc: shareable`');
      }
      joins.shm = shm;
    }
  }
  const namesake = namesakeOf(joined, index);
  if (namesake !== null) joins.hostname = hostnameOfRecord(namesake, index);
  return { joined, joins, service: { ...service, namespaces }, networkOwner, ids };
}

/** Whose name a container has that has none of its own. */
function namesakeOf(joined: ContainerRecord['joined'], index: ContainerIndex): ContainerRecord | null {
  return lastOwner('uts', joined, index) ?? lastOwner('network', joined, index);
}

/** An owner may itself be named after another one. */
function hostnameOfRecord({ id, applied, joined }: ContainerRecord, index: ContainerIndex): string {
  const namesake = applied.hostname === null ? namesakeOf(joined, index) : null;
  if (namesake !== null) return hostnameOfRecord(namesake, index);
  return hostnameOf({ id, service: applied, joins: {}, hostHostname: hostName() });
}

function unshareable(namespace: string, owner: ContainerRecord, reason: string): BerthError {
  return new BerthError('INPUT', `share ${namespace} of container ${owner.name}: its namespace is ${reason}`);
}

/** Services may share in a chain; the last one has the namespace. A chain can't close: the stack file was checked. */
function lastOwner(
  namespace: JoinedNamespace,
  joined: ContainerRecord['joined'],
  { records }: ContainerIndex,
): ContainerRecord | null {
  let id = joined[namespace];
  let owner: ContainerRecord | null = null;
  const seen = new Set<string>();
  while (id !== undefined && !seen.has(id)) {
    seen.add(id);
    owner = records.find((record) => record.id === id) ?? null;
    if (owner === null)
      throw new BerthError('NOT_FOUND', `share ${namespace} of container ${id.slice(0, 12)}: it is gone`);
    id = owner.joined[namespace];
  }
  return owner;
}
