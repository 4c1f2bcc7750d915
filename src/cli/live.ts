import { readFileSync } from 'node:fs';
import type { Host } from '../linux/host.js';
import type { ContainerRecord } from '../linux/record.js';
import { parseStatus, type ShimStatus } from '../oci/status.js';

/** What a container's shim says of it now; null before its first start. The claim is believed where the shim lives. */
export function readShimStatus(host: Host, id: string): ShimStatus | null {
  try {
    return parseStatus(readFileSync(host.paths.container(id).status, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** True while its shim keeps the container, between restarts too. */
export function hasShim(host: Host, id: string): boolean {
  return host.addon.shimAlive(host.paths.container(id).runDir);
}

/** The containers of a stack's services, one-off ones left out; `services` empty: all. */
export function serviceContainers(
  host: Host,
  stackName: string,
  services: readonly string[],
): readonly ContainerRecord[] {
  return host
    .containers()
    .records.filter((record) => record.stack === stackName && !record.oneOff && record.state !== 'removing')
    .filter(({ service }) => services.length === 0 || services.includes(service));
}
