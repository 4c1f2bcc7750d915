import type { ServiceFile } from '../schema/service.js';
import { mapValues, type Printable } from './value.js';

/** `HOST=IP` each, one address a line. */
export function extraHosts(hosts: ServiceFile['extra_hosts']): readonly string[] | undefined {
  if (!hosts) return undefined;
  const pairs = Array.isArray(hosts)
    ? hosts.map((entry) => splitHost(entry))
    : Object.entries(hosts).flatMap(([host, ips]) => [ips].flat().map((ip) => [host, ip] as const));
  const lines = pairs.flatMap(([host, ips]) => ips.split(',').map((ip) => `${host}=${ip.replace(/^\[(.*)\]$/, '$1')}`));
  return [...new Set(lines)];
}

function splitHost(entry: string): readonly [string, string] {
  const at = entry.search(/[=:]/);
  return at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)];
}

export function ulimits(limits: ServiceFile['ulimits']): { readonly [key: string]: Printable } | undefined {
  return mapValues(limits, (limit) => (typeof limit === 'number' ? limit : { soft: limit.soft, hard: limit.hard }));
}
