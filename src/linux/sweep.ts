import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { removePartials } from './atomic.js';
import { namesIn } from './json.js';
import { releaseNamesOf } from './names.js';
import { containerCgroup, isContainerId } from './paths.js';
import { endContainer, leaveStack, removeContainer } from './remove.js';
import type { HostTools } from './tools.js';

/**
 * Finishes what killed commands began and no plan would show: half written files, what no record owns, one-off containers
 * that were never finished. A service's own container that is half made or half removed is the planner's.
 */
export async function sweep(tools: HostTools, stack: string): Promise<void> {
  const { paths } = tools;
  for (const dir of [paths.containers, paths.volumes, paths.stack(stack).dir]) removePartials(dir);
  const ids = namesIn(paths.containers).filter(isContainerId);
  const recorded = new Set(ids.filter((id) => hasRecord(tools, id)));
  for (const id of ids) {
    // A directory comes and goes with its record; a power cut may have parted them.
    if (!recorded.has(id)) await endContainer(tools, { id, stack }, [paths.container(id).dir]);
  }
  const lost = ownerless(tools, stack, recorded);
  for (const id of lost) await endContainer(tools, { id, stack });
  if (lost.length > 0) releaseNamesOf(paths, stack, new Set(lost));
  const index = tools.containers();
  const unfinished = index.records.filter(
    (record) => record.stack === stack && record.oneOff && record.state !== 'created',
  );
  await Promise.all(unfinished.map((record) => removeContainer(tools, record, true)));
  await leaveStack(tools, stack, unfinished.length === 0 ? index : tools.containers());
}

/**
 * Containers that are known to nobody any more: whose record was lost or removed by hand, though their run directory is
 * there. One in which a shim lives is this stack's where its cgroup is; cgroups alone say nothing, since another root may
 * have a stack of this name. A record comes before all else of its container and goes after it: one that came meanwhile is
 * another stack's, and is asked for again.
 */
function ownerless(tools: HostTools, stack: string, recorded: ReadonlySet<string>): readonly string[] {
  const { paths, addon } = tools;
  return namesIn(paths.runContainers).filter((id) => {
    if (!isContainerId(id) || recorded.has(id) || hasRecord(tools, id)) return false;
    return !addon.shimAlive(paths.container(id).runDir) || hasCgroup(tools, stack, id);
  });
}

/** True where a container has a cgroup in the stack's, in any hierarchy. */
function hasCgroup({ addon }: HostTools, stack: string, id: string): boolean {
  const { controllers, unified } = addon.cgroupHost();
  const mountPoints = new Set([unified, ...controllers.map(({ mountPoint }) => mountPoint)]);
  return [...mountPoints].some((dir) => dir !== '' && existsSync(join(dir, containerCgroup(stack, id))));
}

function hasRecord({ paths }: HostTools, id: string): boolean {
  return (statSync(paths.container(id).record, { throwIfNoEntry: false })?.size ?? 0) > 0;
}
