import { z } from 'zod';
import { bytes, cpus, duration, integer, pairs, section, text } from './common.js';

const limits = section({
  cpus: cpus.optional(),
  memory: bytes.optional(),
  pids: integer(-1).optional(),
});

const count = z.union([z.number(), z.string()]).transform((value, context) => {
  if (value === 'all') return -1;
  if (/^-?\d+$/.test(String(value))) return Number(value);
  context.addIssue({ code: 'custom', message: `expected a number of devices or all, found '${value}'` });
  return z.NEVER;
});

/** A request for devices of a kind (Compose specification, deploy: devices). */
export const deviceRequest = section({
  capabilities: z.array(text).optional(),
  count: count.optional(),
  device_ids: z.array(text).optional(),
  driver: text.optional(),
  options: pairs.optional(),
}).refine(({ count: wanted, device_ids: ids }) => wanted === undefined || ids === undefined, {
  error: "expected either 'count' or 'device_ids'",
});

const reservations = section({
  cpus: cpus.optional().meta({ description: 'ignored: there is one host' }),
  memory: bytes.optional(),
  devices: z
    .array(
      deviceRequest.refine(({ capabilities }) => capabilities !== undefined, { error: "missing key 'capabilities'" }),
    )
    .optional(),
  generic_resources: z
    .array(
      section({ discrete_resource_spec: section({ kind: text, value: z.union([z.string(), z.number()]) }).optional() }),
    )
    .optional(),
});

const restartPolicy = section({
  condition: z.enum(['none', 'on-failure', 'any']).optional(),
  delay: duration.optional(),
  max_attempts: integer(0).optional(),
  window: duration.optional(),
});

const rollout = section({
  parallelism: integer(0).optional(),
  delay: duration.optional(),
  failure_action: text.optional(),
  monitor: duration.optional(),
  max_failure_ratio: z.union([z.number(), z.string()]).transform(Number).optional(),
  order: z.enum(['start-first', 'stop-first']).optional(),
});

const placement = section({
  constraints: z.array(text).optional(),
  preferences: z.array(section({ spread: text.optional() })).optional(),
  max_replicas_per_node: integer(0).optional(),
});

/** `services.*.deploy` */
export const deploy = section({
  mode: text.optional().meta({ description: 'replicated; other modes are refused' }),
  replicas: integer(0).optional(),
  resources: section({
    limits: limits.nullable().optional(),
    reservations: reservations.nullable().optional(),
  }).optional(),
  restart_policy: restartPolicy.optional(),
  labels: pairs.optional().meta({ description: 'ignored' }),
  endpoint_mode: text.optional().meta({ description: 'ignored' }),
  placement: placement.optional().meta({ description: 'ignored: there is one host' }),
  update_config: rollout.optional().meta({ description: 'ignored' }),
  rollback_config: rollout.optional().meta({ description: 'ignored' }),
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
