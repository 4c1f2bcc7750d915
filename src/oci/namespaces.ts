import type { Namespaces, Service } from '../stack/model.js';
import type { ContainerInput } from './input.js';
import type { RuntimeSpec } from './spec.js';

type SpecNamespaces = RuntimeSpec['linux']['namespaces'];

export function sharesHost(service: Service, namespace: keyof Namespaces): boolean {
  return service.namespaces[namespace].kind === 'host';
}

/** True where the container has made, and so may set up, this namespace. */
export function ownsNamespace({ service, joins }: ContainerInput, namespace: 'network' | 'ipc' | 'uts'): boolean {
  return !sharesHost(service, namespace) && joins[namespace] === undefined;
}

/** New namespaces and joined ones; the host's are left out. */
export function toNamespaces(input: ContainerInput): SpecNamespaces {
  const { service, joins } = input;
  const own = (['network', 'ipc', 'uts'] as const).filter((type) => ownsNamespace(input, type));
  const joined = (['network', 'ipc', 'uts', 'user', 'cgroup'] as const).flatMap((type) => {
    const path = joins[type];
    return path === undefined ? [] : [{ type, path }];
  });
  const ownsPid = !sharesHost(service, 'pid') && joins.pidContainer === undefined;
  const ownsCgroup = !sharesHost(service, 'cgroup') && joins.cgroup === undefined;
  const ownsUser = input.ids !== null && joins.user === undefined;
  return [
    ...(ownsUser ? [{ type: 'user' as const }] : []),
    ...joined.filter(({ type }) => type === 'user'),
    { type: 'mount' },
    ...own.map((type) => ({ type })),
    ...joined.filter(({ type }) => type !== 'user'),
    ...(ownsPid ? [{ type: 'pid' as const }] : []),
    ...(ownsCgroup ? [{ type: 'cgroup' as const }] : []),
  ];
}

/**
 * The container's name for itself: its own, that of whose uts or network it has (as Docker: it is the name in the hosts
 * file that they share), else 12 digits of its id.
 */
export function hostnameOf({
  id,
  service,
  joins,
  hostHostname,
}: Pick<ContainerInput, 'id' | 'service' | 'joins' | 'hostHostname'>): string {
  if (service.hostname !== null) return service.hostname;
  const isHosts = sharesHost(service, 'network') || sharesHost(service, 'uts');
  return joins.hostname ?? (isHosts ? hostHostname : id.slice(0, 12));
}
