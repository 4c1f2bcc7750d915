import type { Namespaces, Service } from '../stack/model.js';

type Services = Readonly<Record<string, Service>>;

/** A namespace of a service that belongs to another one. */
export interface Shared {
  readonly namespace: keyof Namespaces;
  readonly owner: string;
}

export function sharedNamespaces(service: Service): Shared[] {
  const names: readonly (keyof Namespaces)[] = ['network', 'ipc', 'pid', 'uts', 'user', 'cgroup'];
  return names.flatMap((namespace) => {
    const source = service.namespaces[namespace];
    return source.kind === 'service' ? [{ namespace, owner: source.service }] : [];
  });
}

/** Names of the services that must be there first: dependencies and owners of shared namespaces, sorted. */
export function needsOf(service: Service): string[] {
  const owners = sharedNamespaces(service).map(({ owner }) => owner);
  return [...new Set([...Object.keys(service.dependsOn), ...owners])].sort();
}

/**
 * Names of services, dependencies first, else by name. A stack file has no cycles, but services as they were applied over
 * time may: the edge that closes one is ignored.
 */
export function dependencyOrder(services: Services): string[] {
  const ordered: string[] = [];
  const seen = new Set<string>();
  const visit = (name: string): void => {
    const service = services[name];
    if (service === undefined || seen.has(name)) return;
    seen.add(name);
    for (const need of needsOf(service)) visit(need);
    ordered.push(name);
  };
  for (const name of Object.keys(services).sort()) visit(name);
  return ordered;
}

/** The services asked for and, unless `noDeps`, everything that they need. */
export function selectServices(services: Services, wanted: readonly string[], noDeps: boolean): Set<string> {
  if (wanted.length === 0) return new Set(Object.keys(services));
  const selected = new Set<string>();
  const add = (name: string): void => {
    const service = services[name];
    if (service === undefined || selected.has(name)) return;
    selected.add(name);
    if (!noDeps) for (const need of needsOf(service)) add(need);
  };
  for (const name of wanted) add(name);
  return selected;
}
