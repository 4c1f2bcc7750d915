import { z } from 'zod';
import { bool, duration, integer, section } from './common.js';

const probe = z.union([z.string(), z.array(z.string())]).transform((value, context) => {
  if (typeof value === 'string') return ['CMD-SHELL', value];
  const [kind] = value;
  if (kind === 'NONE' || ((kind === 'CMD' || kind === 'CMD-SHELL') && value.length > 1)) return value;
  context.addIssue({ code: 'custom', message: 'expected a list that starts with CMD, CMD-SHELL or NONE' });
  return z.NEVER;
});

export const healthcheck = section({
  test: probe.optional().meta({ description: 'a shell command, or a list that starts with CMD, CMD-SHELL or NONE' }),
  interval: duration.optional().meta({ description: 'time between probes; 30s' }),
  timeout: duration.optional().meta({ description: 'after which a probe is killed; 30s' }),
  retries: integer(0).optional().meta({ description: 'failures in a row that make it unhealthy; 3' }),
  start_period: duration.optional().meta({ description: 'in which failures do not count; 0s' }),
  start_interval: duration.optional().meta({ description: 'time between probes in the start period; 5s' }),
  disable: bool.optional().meta({ description: 'no health check, whatever the image says' }),
});

export type HealthcheckFile = z.output<typeof healthcheck>;
