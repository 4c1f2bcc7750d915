import type { HistoryEntry, ImageConfig, ImageHealthcheck, ImageRunConfig } from '../image/config.js';
import type { Layer } from '../image/model.js';
import type { Healthcheck, ImageConfigPatch } from '../stack/model.js';

/** The configuration of an image with nothing in it. */
export function emptyConfig(): ImageConfig {
  const architecture = { x64: 'amd64' }[process.arch.toString()] ?? process.arch;
  return { architecture, os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [] }, history: [] };
}

/** The configuration with a layer on top. No times: the same inputs give the same image. */
export function withLayer(image: ImageConfig, layer: Layer, createdBy: string): ImageConfig {
  return {
    ...image,
    rootfs: { type: 'layers', diff_ids: [...image.rootfs.diff_ids, layer.diffId] },
    history: [...image.history, { created_by: createdBy }],
  };
}

/**
 * The base's configuration with the entry's `config` over it. The history's last line carries the digest of the inputs:
 * images made from different inputs are different images, and what is kept with an image tells of it alone.
 */
export function finishConfig(image: ImageConfig, patch: ImageConfigPatch, inputs: string): ImageConfig {
  const last: HistoryEntry = { created_by: 'config', comment: `inputs ${inputs}`, empty_layer: true };
  return { ...image, config: patchConfig(image.config, patch), history: [...image.history, last] };
}

/** Lists and maps are added to; an entrypoint drops the base's command, which was meant for another program. */
function patchConfig(base: ImageRunConfig, patch: ImageConfigPatch): ImageRunConfig {
  const { Cmd, ...rest } = base;
  const command = patch.command ?? (patch.entrypoint === null ? Cmd : undefined);
  return {
    ...rest,
    ...(command === undefined ? {} : { Cmd: command }),
    ...(patch.entrypoint === null ? {} : { Entrypoint: patch.entrypoint }),
    ...some('Env', mergeEnv(base.Env ?? [], patch.env)),
    ...(patch.workdir === null ? {} : { WorkingDir: patch.workdir }),
    ...(patch.user === null ? {} : { User: patch.user }),
    ...some('ExposedPorts', { ...base.ExposedPorts, ...marks(patch.exposedPorts) }),
    ...some('Volumes', { ...base.Volumes, ...marks(patch.volumes) }),
    ...some('Labels', { ...base.Labels, ...patch.labels }),
    ...(patch.stopSignal === null ? {} : { StopSignal: patch.stopSignal }),
    ...(patch.healthcheck === null ? {} : { Healthcheck: toImageHealthcheck(patch.healthcheck) }),
  };
}

function some<K extends string, T extends object>(key: K, value: T): { [P in K]?: T } {
  const one: { [P in K]?: T } = {};
  if (Object.keys(value).length > 0) one[key] = value;
  return one;
}

function marks(keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.map((key) => [key, {}]));
}

/** `NAME=value` lines; a name keeps its place. */
export function mergeEnv(lines: readonly string[], more: Readonly<Record<string, string>>): string[] {
  const variables = new Map(lines.map((line) => [line.split('=', 1)[0] ?? '', line]));
  for (const [name, value] of Object.entries(more)) variables.set(name, `${name}=${value}`);
  return [...variables.values()];
}

const NS_PER_MS = 1_000_000;

function toImageHealthcheck(check: Healthcheck): ImageHealthcheck {
  if (check.disable) return { Test: ['NONE'] };
  const time = <K extends string>(key: K, ms: number | null): { [P in K]?: number } => {
    const one: { [P in K]?: number } = {};
    if (ms !== null) one[key] = ms * NS_PER_MS;
    return one;
  };
  return {
    ...(check.test === null ? {} : { Test: ['CMD', ...check.test] }),
    ...time('Interval', check.intervalMs),
    ...time('Timeout', check.timeoutMs),
    ...time('StartPeriod', check.startPeriodMs),
    ...time('StartInterval', check.startIntervalMs),
    ...(check.retries === null ? {} : { Retries: check.retries }),
  };
}
