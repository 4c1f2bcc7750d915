import { availableParallelism } from 'node:os';
import type { Engine } from '../apply/engine.js';
import { BerthError } from '../errors.js';
import { limiter } from '../limiter.js';
import { parseStatus } from '../oci/status.js';
import type { ContainerIdentity, ContainerRef } from '../plan/plan.js';
import { createContainer } from './create.js';
import type { EngineOptions } from './host.js';
import { findContainer } from './index.js';
import { createLease } from './lease.js';
import { type ContainerRecord, markRemoving, writeRecord } from './record.js';
import { removeContainer } from './remove.js';
import { askShim } from './shim-request.js';
import { startContainer } from './start.js';
import { readStackState } from './state.js';
import type { HostTools } from './tools.js';
import { updateContainer } from './update.js';
import { createVolume, removeVolume } from './volumes.js';
import { waitForCondition } from './wait.js';

/** Carries out a plan on this host. Every action may have been done, wholly or in part, by a command that was killed. */
export function createEngine(tools: HostTools, options: EngineOptions): Engine {
  const { paths } = tools;
  const { stackName, stack, buildImage, lock, removed = new Set() } = options;
  const lease = createLease(lock, () => readStackState(paths.stack(stackName))?.serial ?? 0);
  /** those of this plan, which nobody else changes under its lock */
  const made = new Map<string, ContainerRecord>();
  const recordOf = (container: ContainerRef | ContainerIdentity): ContainerRecord | null => {
    if (container.id !== null) return tools.record(container.id);
    return made.get(container.name) ?? findContainer(tools.containers(), container.name);
  };
  const existing = (container: ContainerRef | ContainerIdentity): ContainerRecord => {
    const record = recordOf(container);
    if (record === null) throw new BerthError('NOT_FOUND', `find container ${container.name}: it is gone`);
    return record;
  };
  // Nothing is gained where more is under way than can be worked on: so the first container starts while the next ones are
  // made, and those that start don't wait for each other's locks in the kernel.
  const creations = limiter(2);
  const starts = limiter(8 * availableParallelism());
  const removals = limiter(2 * availableParallelism());
  const engine: Engine = {
    buildImage: async (args, context) => {
      await buildImage(args, context);
      tools.forgetImages();
    },
    createVolume: ({ volume }) => createVolume(paths, stackName, volume),
    removeVolume: ({ name }) => removeVolume(paths, name, tools.containers().records),
    createContainer: async (args) => {
      if (stack === null) throw new BerthError('INTERNAL', 'internal: nothing can be created without a stack');
      made.set(args.container.name, await creations(() => createContainer(tools, stack, args)));
    },
    startContainer: async ({ container }, { warn }) => {
      const record = existing(container);
      const take = options.attach?.(record) ?? null;
      const { streamFd, warnings } = await starts(() => startContainer(tools, record, take !== null));
      for (const text of warnings) warn(`service ${record.service}: ${text}`);
      if (streamFd >= 0) take?.(streamFd);
    },
    stopContainer: ({ container, timeoutMs }) => stopContainer(tools, recordOf(container), timeoutMs, removed),
    removeContainer: async ({ container, removeAnonymousVolumes }) => {
      const record = recordOf(container);
      if (record !== null) await removals(() => removeContainer(tools, record, removeAnonymousVolumes));
    },
    updateContainer: ({ container, service }) => updateContainer(tools, existing(container), service),
    pauseContainer: ({ container }) => pause(tools, existing(container), 'pause'),
    unpauseContainer: ({ container }) => pause(tools, existing(container), 'unpause'),
    waitForCondition: ({ container, condition }, { signal }) =>
      waitForCondition(tools, existing(container), condition, signal),
    removeImage: async ({ image }) => {
      const used = new Set(tools.containers().records.map((record) => record.image.id));
      await (await tools.images()).remove(image, { used, force: false });
      tools.forgetImages();
    },
  };
  return underLease(engine, lease);
}

function underLease(engine: Engine, lease: ReturnType<typeof createLease>): Engine {
  const { waitForCondition: wait } = engine;
  return {
    buildImage: (args, context) => lease.work(() => engine.buildImage(args, context)),
    createVolume: (args, context) => lease.work(() => engine.createVolume(args, context)),
    removeVolume: (args, context) => lease.work(() => engine.removeVolume(args, context)),
    createContainer: (args, context) => lease.work(() => engine.createContainer(args, context)),
    startContainer: (args, context) => lease.work(() => engine.startContainer(args, context)),
    stopContainer: (args, context) => lease.work(() => engine.stopContainer(args, context)),
    removeContainer: (args, context) => lease.work(() => engine.removeContainer(args, context)),
    updateContainer: (args, context) => lease.work(() => engine.updateContainer(args, context)),
    pauseContainer: (args, context) => lease.work(() => engine.pauseContainer(args, context)),
    unpauseContainer: (args, context) => lease.work(() => engine.unpauseContainer(args, context)),
    removeImage: (args, context) => lease.work(() => engine.removeImage(args, context)),
    waitForCondition: (args, context) => lease.wait(() => wait(args, context)),
  };
}

/** Resolves when it has ended. That it was stopped on request, or to be removed, outlives a reboot. */
async function stopContainer(
  tools: HostTools,
  record: ContainerRecord | null,
  timeoutMs: number | null,
  removed: ReadonlySet<string>,
): Promise<void> {
  if (record === null) return;
  const paths = tools.paths.container(record.id);
  if (removed.has(record.id)) markRemoving(paths);
  else if (!record.manuallyStopped) writeRecord(tools, { ...record, manuallyStopped: true });
  const reply = await askShim(tools, paths.runDir, { kind: 'stop', timeoutMs, signal: null });
  if (reply === null || parseStatus(reply.status).status === 'exited') return;
  throw new BerthError('SYSTEM', `stop container ${record.name}: it is ${parseStatus(reply.status).status} still`);
}

async function pause(tools: HostTools, record: ContainerRecord, kind: 'pause' | 'unpause'): Promise<void> {
  const reply = await askShim(tools, tools.paths.container(record.id).runDir, { kind });
  if (reply === null) throw new BerthError('NOT_FOUND', `${kind} container ${record.name}: it is not running`);
}
