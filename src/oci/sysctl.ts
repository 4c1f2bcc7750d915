import { BerthError } from '../errors.js';
import type { ContainerInput } from './input.js';
import { ownsNamespace } from './namespaces.js';

/** As Docker: whoever has a network of its own may ping and may bind low ports. A range of groups that are not mapped is none. */
function networkDefaults({ ids }: ContainerInput): Readonly<Record<string, string>> {
  const [first, ...others] = ids?.gids ?? [{ size: 2 ** 31 }];
  return {
    'net.ipv4.ip_unprivileged_port_start': '0',
    'net.ipv4.ping_group_range': `0 ${others.length === 0 && first !== undefined ? first.size - 1 : 0}`,
  };
}

/**
 * Kernel parameters of the namespaces that the container owns.
 * @throws BerthError INPUT for one that would change the host, or a namespace of another container
 */
export function toSysctl(input: ContainerInput): Record<string, string> {
  const { service } = input;
  for (const key of Object.keys(service.sysctls)) {
    const namespace = namespaceOf(key);
    const problem =
      namespace === null
        ? 'it belongs to no namespace'
        : ownsNamespace(input, namespace)
          ? null
          : `its ${namespace} is not its own`;
    if (problem !== null) throw new BerthError('INPUT', `set sysctl ${key} for service ${service.name}: ${problem}`);
  }
  const defaults = ownsNamespace(input, 'network') ? networkDefaults(input) : {};
  const all = Object.entries({ ...defaults, ...service.sysctls });
  return Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Which namespace a parameter belongs to; null: the whole host. */
function namespaceOf(key: string): 'network' | 'ipc' | 'uts' | null {
  const dotted = key.replaceAll('/', '.');
  if (dotted.startsWith('net.')) return 'network';
  if (/^kernel\.(shm|msg|sem)/.test(dotted) || dotted.startsWith('fs.mqueue.')) return 'ipc';
  return dotted === 'kernel.domainname' ? 'uts' : null;
}
