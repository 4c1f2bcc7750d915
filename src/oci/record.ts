import type { Healthcheck } from '../stack/model.js';
import type { ContainerInput } from './input.js';
import { signalNumber } from './signals.js';
import type { SuperviseRecord } from './supervise.js';

/** The supervise record of a container. @throws BerthError INPUT on an unknown stop signal */
export function toSupervise(input: ContainerInput): SuperviseRecord {
  const { service, image, layers, joins } = input;
  const { restart } = service;
  return {
    id: input.id,
    name: input.name,
    overlayDir: layers.dir,
    lower: layers.lower,
    upper: layers.upper,
    work: layers.work,
    shimCgroup: input.paths.shimCgroup,
    joinPid: joins.pidContainer ?? null,
    sharedShmBytes: service.namespaces.ipc.kind === 'shareable' ? service.shmSizeBytes : null,
    init: service.init,
    stdinOpen: service.stdinOpen,
    volumeCopies: volumeCopies(input),
    stopSignal: signalNumber(service.stopSignal ?? image.stopSignal ?? 'SIGTERM'),
    stopGraceMs: service.stopGraceMs,
    restart: {
      policy: restart.policy,
      maxAttempts: restart.maxAttempts,
      delayMs: restart.delayMs ?? 0,
      windowMs: restart.windowMs ?? 10_000,
    },
    health: toHealth(service.healthcheck, image.healthcheck),
    onUnhealthy: service.onUnhealthy,
    log: service.logging,
    generation: input.generation,
  };
}

/** A part of a volume can't be filled: what lies beside it isn't known to be empty. */
function volumeCopies({ mounts }: ContainerInput): SuperviseRecord['volumeCopies'] {
  return mounts.flatMap(({ mount, source, fileSystem }) => {
    const isFilled = mount.type === 'volume' && !mount.nocopy && mount.subpath === null && fileSystem === undefined;
    return isFilled ? [{ source, destination: mount.target }] : [];
  });
}

/** The service's check over the image's, setting by setting; then Docker's defaults. */
function toHealth(service: Healthcheck | null, image: Healthcheck | null): SuperviseRecord['health'] {
  const test = service?.test ?? (image?.disable === true ? null : image?.test) ?? null;
  if (service?.disable === true || test === null || test.length === 0) return null;
  return {
    test,
    intervalMs: service?.intervalMs ?? image?.intervalMs ?? 30_000,
    timeoutMs: service?.timeoutMs ?? image?.timeoutMs ?? 30_000,
    retries: service?.retries ?? image?.retries ?? 3,
    startPeriodMs: service?.startPeriodMs ?? image?.startPeriodMs ?? 0,
    startIntervalMs: service?.startIntervalMs ?? image?.startIntervalMs ?? 5000,
  };
}

/** The text of the file `supervise`; docs/architecture.md describes it. */
export function superviseText(record: SuperviseRecord): string {
  const { restart, health, log } = record;
  const entries: [string, string | number][] = [
    ['version', 1],
    ['id', record.id],
    ['name', record.name],
    ['overlay.dir', record.overlayDir],
    ...record.lower.map((layer): [string, string] => ['overlay.lower', layer]),
    ['overlay.upper', record.upper],
    ['overlay.work', record.work],
    ['cgroup.shim', record.shimCgroup],
    ...(record.joinPid === null ? [] : [['join.pid', record.joinPid] satisfies [string, string]]),
    ...(record.sharedShmBytes === null ? [] : [['shm.shared', record.sharedShmBytes] satisfies [string, number]]),
    ['init', Number(record.init)],
    ['stdin', Number(record.stdinOpen)],
    ...record.volumeCopies.map((copy): [string, string] => ['volume.copy', `${copy.source}\t${copy.destination}`]),
    ['stop.signal', record.stopSignal],
    ['stop.grace_ms', record.stopGraceMs],
    ['restart.policy', restart.policy],
    ['restart.max', restart.maxAttempts],
    ['restart.delay_ms', restart.delayMs],
    ['restart.window_ms', restart.windowMs],
    ...healthEntries(health),
    ['on_unhealthy', record.onUnhealthy],
    ['log.driver', log.driver],
    ['log.max_size', log.maxSizeBytes],
    ['log.max_file', log.maxFile],
    ['generation', record.generation],
  ];
  return entries.map(([key, value]) => `${key}=${escapeValue(String(value))}\n`).join('');
}

function healthEntries(health: SuperviseRecord['health']): [string, string | number][] {
  if (health === null) return [];
  return [
    ...health.test.map((argument): [string, string] => ['health.test', argument]),
    ['health.interval_ms', health.intervalMs],
    ['health.timeout_ms', health.timeoutMs],
    ['health.retries', health.retries],
    ['health.start_period_ms', health.startPeriodMs],
    ['health.start_interval_ms', health.startIntervalMs],
  ];
}

function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
