import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { partialOwner } from './atomic.js';
import { isContainerId } from './paths.js';
import { leaveStack, removeContainer } from './remove.js';
import { namesIn } from './state.js';
import type { HostTools } from './tools.js';

/**
 * Finishes what killed commands began and no plan would show: half written files, directories whose record is gone, one-off
 * containers that were never finished. A service's own container that is half made or half removed is the planner's.
 */
export async function sweep(tools: HostTools, stack: string): Promise<void> {
  const { paths } = tools;
  for (const name of namesIn(paths.containers)) {
    const owner = partialOwner(name);
    // The record is the last file of a container that goes; without it nothing else of it is there.
    const isLeft = isContainerId(name) ? isWithoutRecord(paths.container(name).dir) : owner !== null && !isAlive(owner);
    if (isLeft) rmSync(join(paths.containers, name), { recursive: true, force: true });
  }
  const unfinished = tools
    .containers()
    .records.filter((record) => record.stack === stack && record.oneOff && record.state !== 'created');
  await Promise.all(unfinished.map((record) => removeContainer(tools, record, true)));
  await leaveStack(tools, stack);
}

function isWithoutRecord(dir: string): boolean {
  return !namesIn(dir).includes('record.json');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
