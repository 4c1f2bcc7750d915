import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { containerCgroup } from './paths.js';
import { type ContainerRecord, updateRecord } from './record.js';
import { askShim } from './shim-request.js';
import { removeStackState } from './state.js';
import type { HostTools } from './tools.js';
import { removeVolume } from './volumes.js';

/**
 * Removes a container with everything of it: processes, cgroups, namespaces, layer, files; the record last. Each part may
 * be gone already.
 */
export async function removeContainer(
  tools: HostTools,
  record: ContainerRecord,
  removeAnonymousVolumes: boolean,
): Promise<void> {
  const { addon } = tools;
  const paths = tools.paths.container(record.id);
  if (record.state !== 'removing') await updateRecord(paths, { ...record, state: 'removing' });
  if (addon.shimAlive(paths.runDir)) {
    await askShim(tools, paths.runDir, { kind: 'stop', timeoutMs: 0, signal: null });
  }
  // The directories of the layer but not its link, which says that the store has something left to do.
  const trees = [paths.runDir, join(paths.layer, 'diff'), join(paths.layer, 'work')];
  await addon.removeContainer({ runDir: paths.runDir, cgroup: containerCgroup(record.stack, record.id), trees });
  await (await tools.images()).removeLayer(record.id);
  if (removeAnonymousVolumes) await removeVolumesOf(tools, record);
  await rm(paths.dir, { recursive: true, force: true });
  await leaveStack(tools, record.stack);
}

/** Those that a successor took over stay. */
async function removeVolumesOf(
  { paths, containers }: HostTools,
  { id, anonymousVolumes }: ContainerRecord,
): Promise<void> {
  const others = containers().records.filter((record) => record.id !== id);
  for (const name of Object.values(anonymousVolumes)) {
    if (!others.some(({ volumes }) => volumes.includes(name))) await removeVolume(paths, name, []);
  }
}

/** With its last container the stack's cgroup goes, and what was written down about it. */
export async function leaveStack({ paths, addon, containers }: HostTools, stack: string): Promise<void> {
  if (containers().records.some((record) => record.stack === stack)) return;
  await addon.removeStackCgroup(paths.stack(stack).cgroup);
  removeStackState(paths.stack(stack));
}
