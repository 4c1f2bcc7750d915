import { readFileSync } from 'node:fs';
import type { Host } from '../linux/host.js';
import type { ContainerRecord } from '../linux/record.js';
import type { RuntimeSpec } from '../oci/spec.js';
import type { ShimStatus } from '../oci/status.js';
import type { ContainerStatus } from '../plan/observed.js';
import type { ContainerFacts } from './containers.js';
import { readCheckedStatus } from './live.js';

/** What `ps` shows of a container: its record, what its shim says, and its config.json for the command. */
export function containerFacts(host: Host, record: ContainerRecord): ContainerFacts {
  const said = record.state === 'created' ? readCheckedStatus(host, record.id) : null;
  const isUp = said?.status === 'running' || said?.status === 'paused';
  return {
    id: record.id,
    name: record.name,
    stack: record.stack,
    service: record.service,
    image: record.image.reference,
    command: readConfig(host, record.id)?.process.args ?? [],
    labels: record.labels,
    mounts: record.applied.mounts.map((mount) => (mount.type === 'bind' ? mount.source : mount.target)),
    localVolumes: record.volumes.length,
    status: statusOf(record, said),
    health: isUp ? said.health : 'none',
    pid: said?.pid ?? null,
    exitCode: said?.exitCode ?? null,
    createdAt: record.createdAt,
    startedAt: said?.startedAt ?? null,
    finishedAt: said?.finishedAt ?? null,
  };
}

function statusOf(record: ContainerRecord, said: ShimStatus | null): ContainerStatus {
  if (record.state === 'creating') return 'creating';
  if (record.state === 'removing') return 'dead';
  return said?.status ?? 'created';
}

/** A container's config.json; null before it was written. */
export function readConfig(host: Host, id: string): RuntimeSpec | null {
  try {
    const spec: RuntimeSpec = JSON.parse(readFileSync(host.paths.container(id).config, 'utf8'));
    return spec;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
