import type { Host } from '../linux/host.js';
import { readIfPresent } from '../linux/json.js';
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
    mounts: mountNames(record),
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

/** As docker lists them: sources of bind mounts, names of volumes; no tmpfs. */
function mountNames({ applied, namedVolumes, anonymousVolumes }: ContainerRecord): readonly string[] {
  return applied.mounts.flatMap((mount) => {
    if (mount.type === 'bind') return [mount.source];
    if (mount.type === 'tmpfs') return [];
    return (mount.volume === null ? anonymousVolumes[mount.target] : namedVolumes[mount.volume]) ?? [];
  });
}

/** A container's config.json; null before it was written. */
export function readConfig(host: Host, id: string): RuntimeSpec | null {
  const text = readIfPresent(host.paths.container(id).config);
  if (text === null) return null;
  const spec: RuntimeSpec = JSON.parse(text);
  return spec;
}
