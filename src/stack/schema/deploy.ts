import { z } from 'zod';
import { bytes, cpus, duration, integer, section } from './common.js';

/** A key of the specification that is refused by name wherever it stands. */
function refusedKey(message: string) {
  return z.never({ error: message }).optional();
}

const limits = section({
  cpus: cpus.optional(),
  memory: bytes.optional(),
  pids: integer(-1).optional(),
});

const reservations = section({
  cpus: cpus.optional().meta({ description: 'ignored: there is one host' }),
  memory: bytes.optional(),
  devices: refusedKey('devices are not supported yet'),
  generic_resources: refusedKey('generic resources are not supported yet'),
});

const restartPolicy = section({
  condition: z.enum(['none', 'on-failure', 'any']).optional(),
  delay: duration.optional(),
  max_attempts: integer(0).optional(),
  window: duration.optional(),
});

/** `services.*.deploy`: what has a meaning on one host. */
export const deploy = section({
  mode: z.literal('replicated', { error: "only 'replicated' is supported" }).optional(),
  replicas: integer(0).optional(),
  resources: section({ limits: limits.optional(), reservations: reservations.optional() }).optional(),
  restart_policy: restartPolicy.optional(),
  labels: z.unknown().optional().meta({ description: 'ignored' }),
  endpoint_mode: z.unknown().optional().meta({ description: 'ignored' }),
  placement: z.unknown().optional().meta({ description: 'ignored: there is one host' }),
  update_config: z.unknown().optional().meta({ description: 'ignored' }),
  rollback_config: z.unknown().optional().meta({ description: 'ignored' }),
});

/** Keys of `deploy` that are read and do nothing, as in docker compose. */
export const IGNORED_DEPLOY_KEYS = [
  'labels',
  'endpoint_mode',
  'placement',
  'update_config',
  'rollback_config',
] as const;

export type DeployFile = z.output<typeof deploy>;
