import { BerthError } from '../errors.js';
import { parseStatus } from '../oci/status.js';
import type { Service } from '../stack/model.js';
import { withService, writeBundle } from './bundle.js';
import { type ContainerRecord, writeRecord } from './record.js';
import { askShim } from './shim-request.js';
import type { HostTools } from './tools.js';

/**
 * Gives a container its service's new settings and limits. The files come first, the record says so next, then the shim is
 * told: a command that is killed between leaves a difference that the next plan sees.
 */
export async function updateContainer(tools: HostTools, record: ContainerRecord, service: Service): Promise<void> {
  const paths = tools.paths.container(record.id);
  const updated = withService(record, service);
  await writeBundle(tools, {
    record: updated,
    image: await tools.image(record.image.id),
  });
  writeRecord(tools, updated);
  if (!tools.addon.shimAlive(paths.runDir)) return;
  const { generation } = updated;
  const reply = await askShim(tools, paths.runDir, { kind: 'reload', generation });
  if (reply === null || parseStatus(reply.status).generation >= generation) return;
  throw new BerthError('SYSTEM', `update container ${record.name}: its shim did not take up the new settings`);
}
