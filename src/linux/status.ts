import { parseStatus, type ShimStatus } from '../oci/status.js';
import { readBootId } from './boot-id.js';
import { readIfPresent } from './json.js';
import type { ContainerPaths } from './paths.js';

/** What a container's shim says, or said last in this boot; null: it was not started in this boot. */
export function readStatus({ status }: ContainerPaths, bootId: string = readBootId()): ShimStatus | null {
  const text = readIfPresent(status);
  const said = text === null ? null : parseStatus(text);
  return said?.bootId === bootId ? said : null;
}
