import type { ServiceFile } from '../schema/service.js';
import { defined, type Printable } from './value.js';

/**
 * `depends_on`, and what other keys imply (Compose specification, depends_on): who is linked to, whose namespaces are joined
 * and whose volumes are mounted. One that is not required is left out where it is not enabled.
 */
export function canonicalDependencies(
  file: ServiceFile,
  isDisabled: (service: string) => boolean,
): { readonly [key: string]: Printable } {
  const written = file.depends_on ?? {};
  const entries = Array.isArray(written)
    ? written.map((name) => [name, { condition: 'service_started', required: true }] as const)
    : Object.entries(written).map(
        ([name, { condition, restart, required = true }]) =>
          [name, { condition, restart: restart || undefined, required }] as const,
      );
  const all = new Map<string, Printable>(
    entries
      .filter(([name, { required }]) => required || !isDisabled(name))
      .map(([name, value]) => [name, defined(value)]),
  );
  const imply = (name: string, restart: boolean): void => {
    if (!all.has(name))
      all.set(name, { condition: 'service_started', ...(restart ? { restart } : {}), required: true });
  };
  for (const link of file.links ?? []) imply(link.split(':', 1)[0] ?? '', true);
  for (const mode of [file.network_mode, file.ipc, file.pid, file.uts, file.cgroup]) {
    if (mode?.startsWith('service:')) imply(mode.slice('service:'.length), true);
  }
  for (const from of file.volumes_from ?? [])
    if (!from.startsWith('container:')) imply(from.split(':', 1)[0] ?? '', false);
  return Object.fromEntries(all);
}
