import { BUILD_INPUTS, type ImageStore } from '../image/model.js';
import type { ShimStatus } from '../oci/status.js';
import type { ContainerStatus, ObservedContainer, ObservedImage, ObservedState } from '../plan/observed.js';
import type { Stack } from '../stack/model.js';
import { readBootId } from './boot-id.js';
import { observeDrift } from './drift.js';
import type { ObserveOptions } from './host.js';
import type { ContainerIndex } from './index.js';
import { limitNotes } from './limit-notes.js';
import { containerCgroup } from './paths.js';
import type { ContainerRecord } from './record.js';
import { readStackState } from './state.js';
import { readStatus } from './status.js';
import type { HostTools } from './tools.js';
import { observeVolumes } from './volumes.js';

/**
 * One snapshot of a stack: what the state files claim, checked against the kernel.
 * @throws BerthError STATE for a record that can't be read: planning without it would lose what it stands for
 */
export async function observe(
  tools: HostTools,
  name: string,
  stack: Stack | null,
  options: ObserveOptions = { drift: true },
): Promise<ObservedState> {
  const { paths } = tools;
  const index = tools.containers();
  if (index.problems[0] !== undefined) throw index.problems[0];
  const bootId = readBootId();
  const names = new Set(Object.values(stack?.volumes ?? {}).map((volume) => volume.name));
  return {
    stack: name,
    serial: readStackState(paths.stack(name))?.serial ?? 0,
    containers: index.records
      .filter((record) => record.stack === name)
      .map((record) => observeContainer(tools, record, bootId, options)),
    volumes: observeVolumes(paths, name, index.records, names),
    images: stack === null ? {} : await observeImages(await tools.images(), stack, othersThan(name, index)),
    notes: stack === null ? [] : limitNotes(tools.addon, stack),
  };
}

export function observeContainer(
  tools: HostTools,
  record: ContainerRecord,
  bootId: string,
  options: ObserveOptions,
): ObservedContainer {
  const { addon } = tools;
  const paths = tools.paths.container(record.id);
  const said = record.state === 'created' ? readStatus(paths, bootId) : null;
  const shimAlive = said !== null && addon.shimAlive(paths.runDir);
  const status = statusOf(record, said, shimAlive);
  const isUp = status === 'running' || status === 'paused';
  const initLives = said !== null && said.pid !== null && addon.processAlive(said.pid, said.pidStart);
  return {
    id: record.id,
    name: record.name,
    stack: record.stack,
    service: record.service,
    replica: record.replica,
    oneOff: record.oneOff,
    status,
    shimAlive,
    pid: initLives ? said.pid : null,
    health: isUp ? (said?.health ?? 'none') : 'none',
    exitCode: said?.exitCode ?? null,
    oomKilled: said?.oomKilled ?? false,
    manuallyStopped: record.manuallyStopped || (said?.manuallyStopped ?? false),
    createdAt: record.createdAt,
    startedAt: said?.startedAt ?? null,
    finishedAt: said?.finishedAt ?? null,
    restartCount: said?.restartCount ?? 0,
    applied: record.applied,
    imageId: record.image.id,
    joined: record.joined,
    generation: record.generation,
    acknowledged: said?.generation ?? 0,
    drift:
      options.drift && isUp && shimAlive
        ? observeDrift(addon, paths, containerCgroup(record.stack, record.id), tools.paths.volumes)
        : [],
  };
}

function statusOf(record: ContainerRecord, said: ShimStatus | null, shimAlive: boolean): ContainerStatus {
  if (record.state === 'creating') return 'creating';
  if (record.state === 'removing') return 'dead';
  if (said === null) return 'created';
  // A start that was cut off before the container ran left nothing but its status.
  if (said.status === 'created' && !shimAlive) return 'created';
  return said.status;
}

function othersThan(stack: string, { records }: ContainerIndex): readonly ContainerRecord[] {
  return records.filter((record) => record.stack !== stack);
}

async function observeImages(
  store: ImageStore,
  stack: Stack,
  others: readonly ContainerRecord[],
): Promise<Readonly<Record<string, ObservedImage>>> {
  const references = [...Object.values(stack.services).map((service) => service.image), ...Object.keys(stack.images)];
  const images: Record<string, ObservedImage> = {};
  for (const reference of new Set(references)) {
    const image = await store.find(reference);
    if (image === null) continue;
    images[reference] = {
      id: image.id,
      inputs: await store.readMetadata(image.id, BUILD_INPUTS),
      usedElsewhere: others.filter((record) => record.image.id === image.id).map((record) => record.name),
    };
  }
  return images;
}
