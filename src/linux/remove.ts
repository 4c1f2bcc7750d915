import { storePaths } from '../image/paths.js';
import { writableLayerPaths } from '../image/writable.js';
import type { ContainerIndex } from './index.js';
import { releaseName, releaseNamesOf } from './names.js';
import { containerCgroup } from './paths.js';
import { type ContainerRecord, markRemoving } from './record.js';
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
  const paths = tools.paths.container(record.id);
  if (record.state !== 'removing') markRemoving(paths);
  releaseName(tools.paths, record);
  if (removeAnonymousVolumes && Object.keys(record.anonymousVolumes).length > 0) {
    await endContainer(tools, record);
    await removeVolumesOf(tools, record);
  }
  await endContainer(tools, record, [paths.dir]);
}

/**
 * Ends what lives of a container and removes all but its record: shim, processes, cgroups, namespaces, layer.
 * @param further directories to remove after that
 */
export async function endContainer(
  { addon, paths }: Pick<HostTools, 'addon' | 'paths'>,
  { id, stack }: Pick<ContainerRecord, 'id' | 'stack'>,
  further: readonly string[] = [],
): Promise<void> {
  const { runDir } = paths.container(id);
  if (addon.shimAlive(runDir)) await askShim({ addon }, runDir, { kind: 'stop', timeoutMs: 0, signal: null });
  const trees = [runDir, ...writableLayerPaths(storePaths(paths.root), id), ...further];
  await addon.removeContainer({ runDir, cgroup: containerCgroup(stack, id), trees });
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

/**
 * Forgets a stack that has no containers: its cgroup goes, and what was written down about it. Under the stack's lock, and
 * not while a plan runs, whose next container may be about to come. A record that can't be read may be one of its.
 */
export async function leaveStack(
  { paths, addon, containers }: HostTools,
  stack: string,
  { records, problems }: ContainerIndex = containers(),
): Promise<void> {
  if (problems.length > 0 || records.some((record) => record.stack === stack)) return;
  await addon.removeStackCgroup(paths.stack(stack).cgroup);
  releaseNamesOf(paths, stack);
  removeStackState(paths.stack(stack));
}
