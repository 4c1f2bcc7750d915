import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { removePartials } from './atomic.js';
import { namesIn } from './json.js';
import { isContainerId } from './paths.js';
import { endContainer, leaveStack, removeContainer } from './remove.js';
import type { HostTools } from './tools.js';

/**
 * Finishes what killed commands began and no plan would show: half written files, what no record owns, one-off containers
 * that were never finished. A service's own container that is half made or half removed is the planner's.
 */
export async function sweep(tools: HostTools, stack: string): Promise<void> {
  const { paths } = tools;
  for (const dir of [paths.containers, paths.volumes, paths.stack(stack).dir]) removePartials(dir);
  for (const id of namesIn(paths.containers).filter(isContainerId)) {
    // A directory comes and goes with its record; a power cut may have parted them.
    if (!hasRecord(tools, id)) rmSync(paths.container(id).dir, { recursive: true, force: true });
  }
  for (const id of ownerless(tools, stack)) await endContainer(tools, { id, stack });
  const unfinished = tools
    .containers()
    .records.filter((record) => record.stack === stack && record.oneOff && record.state !== 'created');
  await Promise.all(unfinished.map((record) => removeContainer(tools, record, true)));
  await leaveStack(tools, stack);
}

/**
 * Containers that are known to nobody any more: whose record was lost or removed by hand. Those of this stack by their
 * cgroups, and run directories in which no shim lives. A record comes before all else of its container and goes after it.
 */
function ownerless(tools: HostTools, stack: string): readonly string[] {
  const { paths, addon } = tools;
  const idle = namesIn(paths.runContainers).filter((id) => isContainerId(id) && !hasRecord(tools, id));
  const found = [
    ...cgroupsOf(tools, stack).filter((id) => !hasRecord(tools, id)),
    ...idle.filter((id) => !addon.shimAlive(paths.container(id).runDir)),
  ];
  return [...new Set(found)];
}

/** Ids of the containers that have a cgroup in the stack's, in any hierarchy. */
function cgroupsOf({ paths, addon }: HostTools, stack: string): readonly string[] {
  const { controllers, unified } = addon.cgroupHost();
  const mountPoints = new Set(
    [unified, ...controllers.map(({ mountPoint }) => mountPoint)].filter((dir) => dir !== ''),
  );
  return [...mountPoints].flatMap((dir) => namesIn(join(dir, paths.stack(stack).cgroup)).filter(isContainerId));
}

function hasRecord({ paths }: HostTools, id: string): boolean {
  return statSync(paths.container(id).record, { throwIfNoEntry: false }) !== undefined;
}
