import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { shimPath } from '../addon/native.js';
import { makeDirs } from '../directories.js';
import { BerthError } from '../errors.js';
import type { ShimStatus } from '../oci/status.js';
import { readBootId } from './boot-id.js';
import { writeBundle } from './bundle.js';
import type { ContainerPaths } from './paths.js';
import { type ContainerRecord, writeRecord } from './record.js';
import { prepareRunContainers } from './state-dirs.js';
import { readStatus } from './status.js';
import type { HostTools } from './tools.js';

const LEAVE_MS = 5000;

/** What a start brings. */
export interface Start {
  /** of its attach stream, from before its first instruction; -1 where none was asked for */
  readonly streamFd: number;
  /** what this host does not give, and the container is without */
  readonly warnings: readonly string[];
}

/** Starts a container that does not run; one that runs is left alone. */
export async function startContainer(tools: HostTools, record: ContainerRecord, attach: boolean): Promise<Start> {
  const { addon } = tools;
  const paths = tools.paths.container(record.id);
  const bootId = readBootId();
  if (!makeRunDir(tools, paths)) {
    await shimSettled(tools, paths, bootId);
    if (addon.shimAlive(paths.runDir)) return { streamFd: -1, warnings: [] };
  }
  const current = { ...record, bootId, manuallyStopped: false };
  if (record.bootId !== bootId) {
    // Device numbers, the host's resolvers and what a power cut left half written are of another boot.
    await writeBundle(tools, {
      record: current,
      image: await tools.image(record.image.id),
    });
  }
  if (record.bootId !== bootId || record.manuallyStopped) writeRecord(tools, current);
  const { streamFd, warnings } = await addon.startContainer({
    shimPath: shimPath(),
    containerDir: paths.dir,
    runDir: paths.runDir,
    attach,
  });
  return { streamFd, warnings };
}

/** @returns false where it was there, so that a shim may be at work in it */
function makeRunDir(tools: HostTools, { runDir }: ContainerPaths): boolean {
  if (existsSync(runDir)) return false;
  prepareRunContainers(tools);
  makeDirs(runDir);
  return true;
}

/**
 * A shim whose container has ended leaves at once; until it has, its lock is held. One that is at its first start was asked by
 * a command that is gone, whose lock this one has: it gives up, or runs the container where it was told to.
 */
async function shimSettled({ addon }: HostTools, paths: ContainerPaths, bootId: string): Promise<void> {
  const deadline = performance.now() + LEAVE_MS;
  while (!isKept(readStatus(paths, bootId)) && addon.shimAlive(paths.runDir)) {
    if (performance.now() > deadline) throw new BerthError('SYSTEM', 'the shim of its last run does not leave');
    await sleep(2);
  }
}

/** True for a container that its shim is there for; else it starts it, or is about to leave. */
function isKept(said: ShimStatus | null): boolean {
  return said !== null && said.status !== 'created' && said.status !== 'exited';
}
