import type { Dependency, ImageSource, Namespaces, Service } from './model.js';
import type { Report } from './problems.js';
import { sorted } from './resolve/context.js';

/** The key that gives each namespace. */
export const NAMESPACE_KEYS: Readonly<Record<keyof Namespaces, string>> = {
  network: 'network_mode',
  ipc: 'ipc',
  pid: 'pid',
  uts: 'uts',
  user: 'userns_mode',
  cgroup: 'cgroup',
};

/** Checks what only shows when all services are known. Paths of the report start at the document. */
export function checkReferences(services: Readonly<Record<string, Service>>, report: Report): void {
  for (const service of Object.values(services)) checkOwners(service, services, report);
  checkContainerNames(Object.values(services), report);
}

function checkOwners(service: Service, services: Readonly<Record<string, Service>>, report: Report): void {
  for (const [namespace, source] of namespaceEntries(service.namespaces)) {
    if (source.kind !== 'service') continue;
    const owner = services[source.service];
    const path = ['services', service.name, NAMESPACE_KEYS[namespace]];
    if (owner?.replicas === 0 && service.replicas > 0)
      report.error(path, `service '${owner.name}' has no container: its scale is 0`);
    if (namespace === 'ipc' && owner?.namespaces.ipc.kind === 'none')
      report.error(path, `service '${owner.name}' has no ipc to share: its ipc is none`);
    if (namespace === 'pid' && owner !== undefined && !sharesUser(service, owner))
      report.error(
        path,
        `service '${owner.name}' is not in this service's user namespace: say userns_mode: service:${owner.name}`,
      );
  }
  checkPropagation(service, report);
}

/** /proc of a pid namespace can only be mounted in the user namespace that owns it, or by the host's. */
function sharesUser({ namespaces: { user } }: Service, owner: Service): boolean {
  return user.kind !== 'auto' && (user.kind !== 'service' || user.service === owner.name);
}

function checkPropagation({ name, namespaces: { user }, mounts }: Service, report: Report): void {
  const shared = mounts.find((mount) => mount.type === 'bind' && mount.propagation.endsWith('shared'));
  if (user.kind === 'auto' && shared !== undefined)
    report.error(
      ['services', name, 'userns_mode'],
      `'${shared.target}' is mounted with shared propagation, but from a user namespace nothing is mounted for the host`,
    );
}

/** The namespaces with their names, typed. */
export function namespaceEntries(namespaces: Namespaces): [keyof Namespaces, Namespaces[keyof Namespaces]][] {
  const { network, ipc, pid, uts, user, cgroup } = namespaces;
  return [
    ['network', network],
    ['ipc', ipc],
    ['pid', pid],
    ['uts', uts],
    ['user', user],
    ['cgroup', cgroup],
  ];
}

function checkContainerNames(services: readonly Service[], report: Report): void {
  const owners = new Map<string, string>();
  for (const { name, containerName } of services) {
    if (containerName === null) continue;
    const owner = owners.get(containerName);
    if (owner !== undefined)
      report.error(
        ['services', name, 'container_name'],
        `'${containerName}' is already the name of service '${owner}'`,
      );
    owners.set(containerName, owner ?? name);
  }
}

/**
 * A container of this stack that is named by `container:` is the service that it belongs to: so it is made first, and who
 * shares its namespaces follows it.
 */
export function nameOwners(services: Readonly<Record<string, Service>>, stackName: string): Record<string, Service> {
  const owners = new Map(
    Object.values(services).map(({ name, containerName }) => [containerName ?? `${stackName}-${name}-1`, name]),
  );
  return Object.fromEntries(
    Object.entries(services).map(([key, service]) => {
      const namespaces = withServices(service.namespaces, owners);
      const dependsOn = withOwners(service.dependsOn, Object.values(namespaces));
      return [key, { ...service, namespaces, dependsOn }];
    }),
  );
}

function withServices(namespaces: Namespaces, owners: ReadonlyMap<string, string>): Namespaces {
  const named = namespaceEntries(namespaces).map(([namespace, source]) => {
    const service = source.kind === 'container' ? owners.get(source.container) : undefined;
    return [namespace, service === undefined ? source : { kind: 'service' as const, service }];
  });
  return { ...namespaces, ...Object.fromEntries(named) };
}

/**
 * Whose namespace a service is in has to be there before it, and a new owner has a new namespace: so there is a dependency
 * with `restart: true`, whether it is written or not. The pid namespace dies with its owner's first process.
 */
function withOwners(
  written: Readonly<Record<string, Dependency>>,
  sources: readonly { kind: string; service?: string }[],
): Record<string, Dependency> {
  const all = new Map(Object.entries(written));
  for (const { kind, service } of sources) {
    if (kind !== 'service' || service === undefined) continue;
    all.set(service, { condition: all.get(service)?.condition ?? 'service_started', restart: true, required: true });
  }
  return sorted(all);
}

/**
 * Whose ipc others join has to be shareable, which keeps its /dev/shm where followers find it. Docker wants it written;
 * here joining says enough.
 */
export function shareJoinedIpc(services: Readonly<Record<string, Service>>): Record<string, Service> {
  const joined = new Set(
    Object.values(services).map(({ namespaces: { ipc } }) => (ipc.kind === 'service' ? ipc.service : null)),
  );
  return Object.fromEntries(
    Object.entries(services).map(([name, service]) => {
      const isOwner = joined.has(name) && service.namespaces.ipc.kind === 'private';
      return [
        name,
        isOwner ? { ...service, namespaces: { ...service.namespaces, ipc: { kind: 'shareable' } } } : service,
      ];
    }),
  );
}

/** Bases that are images of this file, by image: the edges of the graph in which they are built. */
export function imageEdges(images: Readonly<Record<string, ImageSource>>): ReadonlyMap<string, readonly string[]> {
  const edges = Object.values(images).map(({ name, base }): [string, string[]] => {
    const isOwn = base.kind === 'image' && Object.hasOwn(images, base.image);
    return [name, isOwn ? [base.image] : []];
  });
  return new Map(edges);
}

/** What each service waits for, namespace owners included. */
export function serviceEdges(services: Readonly<Record<string, Service>>): ReadonlyMap<string, readonly string[]> {
  return new Map(
    Object.values(services).map((service) => [
      service.name,
      Object.keys(service.dependsOn).filter((name) => Object.hasOwn(services, name)),
    ]),
  );
}
