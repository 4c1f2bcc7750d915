import type { NamespaceSource, Namespaces } from '../model.js';
import type { Report } from '../problems.js';
import type { ServiceFile } from '../schema/service.js';
import { suggest } from '../suggest.js';
import { checkService, type ServiceContext } from './context.js';
import { resolveUserNamespace } from './user-namespace.js';

type Key = 'network_mode' | 'ipc' | 'pid' | 'uts';

const PRIVATE: NamespaceSource = { kind: 'private' };
const HOST: NamespaceSource = { kind: 'host' };

/** Where each namespace of a service comes from. Private unless asked otherwise; the user namespace is the host's. */
export function resolveNamespaces(file: ServiceFile, context: ServiceContext): Namespaces {
  const { report } = context;
  const namespaces: Namespaces = {
    network: resolveNetwork(file.network_mode, context),
    ipc: resolveIpc(file.ipc, context),
    pid: resolveShared('pid', file.pid ?? undefined, [], context),
    uts: resolveShared('uts', file.uts, [], context),
    user: resolveUserNamespace(file.userns_mode, context),
    cgroup: resolveCgroup(file.cgroup, report),
  };
  if (namespaces.uts.kind !== 'private') {
    for (const key of ['hostname', 'domainname'] as const) {
      if (file[key]) report.refuse([key], "belongs to the uts namespace, which is not this service's own");
    }
  }
  checkHosts(file, namespaces.network, report);
  return namespaces;
}

function checkHosts({ extra_hosts: hosts = [] }: ServiceFile, network: NamespaceSource, report: Report): void {
  const isEmpty = Object.keys(hosts).length === 0;
  if (!isEmpty && (network.kind === 'service' || network.kind === 'container'))
    report.refuseKey(['extra_hosts'], 'belong to the owner of the network, whose /etc/hosts this service has');
  if (network.kind === 'private' && JSON.stringify(hosts).includes('host-gateway'))
    report.warn(['extra_hosts'], 'host-gateway is the container itself: its network does not reach the host');
}

function resolveNetwork(mode: string | undefined, context: ServiceContext): NamespaceSource {
  if (mode === 'bridge' || mode === 'default') {
    context.report.refuse(
      ['network_mode'],
      `'${mode}' is not supported yet: expected none, host, service:NAME or container:NAME`,
    );
    return PRIVATE;
  }
  return resolveShared('network_mode', mode, ['none'], context);
}

function resolveIpc(mode: string | undefined, context: ServiceContext): Namespaces['ipc'] {
  if (mode === 'shareable' || mode === 'none') return { kind: mode };
  return resolveShared('ipc', mode, ['private', 'shareable', 'none'], context);
}

/** Each container is in a cgroup of its own: another one's namespace would show it paths above its root. */
function resolveCgroup(mode: string | undefined, report: Report): NamespaceSource {
  if (mode === 'host') return HOST;
  if (mode !== undefined && mode !== 'private') {
    report.refuse(['cgroup'], `expected private or host, found '${mode}'`, suggest(mode, ['private', 'host']));
  }
  return PRIVATE;
}

/** `host`, `service:NAME`, `container:NAME`; the words in `own` mean one of its own, which is also the default. */
function resolveShared(
  key: Key,
  mode: string | undefined,
  own: readonly string[],
  context: ServiceContext,
): NamespaceSource {
  if (mode === undefined || own.includes(mode)) return PRIVATE;
  if (mode === 'host') return HOST;
  const [, kind, name = ''] = /^(service|container):(.+)$/.exec(mode) ?? [];
  if (kind === 'service') {
    checkService(name, [key], context, 'value');
    return { kind, service: name };
  }
  if (kind === 'container') return { kind, container: name };
  const words = [...own, 'host', 'service:NAME', 'container:NAME'];
  context.report.refuse([key], `expected ${words.join(', ')}, found '${mode}'`, suggest(mode, [...own, 'host']));
  return PRIVATE;
}
