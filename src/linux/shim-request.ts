import type { ControlReply, ControlRequest } from '../addon/addon.js';
import { errnoOf } from './json.js';
import type { HostTools } from './tools.js';

/** Asks a container's shim; null where there is none (any more). */
export async function askShim(
  { addon }: Pick<HostTools, 'addon'>,
  runDir: string,
  request: ControlRequest,
): Promise<ControlReply | null> {
  try {
    return await addon.control(runDir, request);
  } catch (error) {
    // It may leave between the connection and its answer.
    if (['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTCONN'].includes(errnoOf(error))) return null;
    throw error;
  }
}
