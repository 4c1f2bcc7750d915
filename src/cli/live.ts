import { BerthError } from '../errors.js';
import type { Host } from '../linux/host.js';
import type { ContainerRecord } from '../linux/record.js';
import { readStatus } from '../linux/status.js';
import type { ShimStatus } from '../oci/status.js';

/** What a container's shim says of it; null before its first start in this boot. The claim is believed where the shim lives. */
export function readShimStatus(host: Host, id: string): ShimStatus | null {
  return readStatus(host.paths.container(id));
}

/** True while its shim keeps the container, between restarts too. */
export function hasShim(host: Host, id: string): boolean {
  return host.addon.shimAlive(host.paths.container(id).runDir);
}

/**
 * As readShimStatus, checked: where no shim keeps the container any more, what a killed shim claimed of a live one is over
 * (exit code 137).
 */
export function readCheckedStatus(host: Host, id: string): ShimStatus | null {
  const claim = readShimStatus(host, id);
  if (claim === null || claim.status === 'exited' || hasShim(host, id)) return claim;
  // It may have ended between the two looks; its last word was written before it left.
  const last = readShimStatus(host, id);
  if (last === null || last.status === 'exited' || last.status === 'created') return last;
  return { ...last, status: 'exited', pid: null, exitCode: 137 };
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

/** @throws BerthError NOT_FOUND for the first of `services` that none of `containers` belongs to */
export function requireContainers(
  containers: readonly { readonly service: string }[],
  services: readonly string[],
  stackName: string,
): void {
  const missing = services.find((service) => !containers.some((container) => container.service === service));
  if (missing === undefined) return;
  const hint = `'berth ps -a' shows what there is, 'berth up' makes it`;
  throw new BerthError('NOT_FOUND', `no container of service '${missing}' in stack ${stackName}`, { hint });
}
