import type { ImageConfig, ImageHealthcheck } from '../image/config.js';
import type { ImageDefaults } from '../oci/input.js';
import type { Healthcheck } from '../stack/model.js';

const NS_PER_MS = 1_000_000;

/** What an image says about running it, in our units. OCI image-spec config.md; the health check is Docker's addition. */
export function imageDefaults({ config }: ImageConfig): ImageDefaults {
  return {
    entrypoint: config.Entrypoint ?? [],
    command: config.Cmd ?? [],
    env: config.Env ?? [],
    workingDir: config.WorkingDir ?? '',
    stopSignal: config.StopSignal || null,
    healthcheck: config.Healthcheck === undefined ? null : healthcheckOf(config.Healthcheck),
    volumes: Object.keys(config.Volumes ?? {}).sort(),
  };
}

function healthcheckOf(check: ImageHealthcheck): Healthcheck | null {
  const [kind, ...words] = check.Test ?? [];
  if (kind === undefined) return null;
  // 0 is Docker's "not set".
  const toMs = (ns: number | undefined): number | null => (ns ? Math.ceil(ns / NS_PER_MS) : null);
  return {
    disable: kind === 'NONE',
    test: kind === 'CMD-SHELL' ? ['/bin/sh', '-c', words.join(' ')] : kind === 'CMD' ? words : null,
    intervalMs: toMs(check.Interval),
    timeoutMs: toMs(check.Timeout),
    retries: check.Retries || null,
    startPeriodMs: toMs(check.StartPeriod),
    startIntervalMs: toMs(check.StartInterval),
  };
}
