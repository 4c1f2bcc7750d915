import { z } from 'zod';
import { bool, driverOptions, pairs, section, text } from './common.js';

export const volume = z.strictObject({
  name: text.optional().meta({ description: 'name in the store; <stack>_<key>' }),
  driver: text.optional().meta({ description: 'local; other drivers are refused' }),
  driver_opts: driverOptions
    .optional()
    .meta({ description: 'type, o and device: type, options and source of a mount' }),
  external: z
    .union([bool, section({ name: text.optional() })])
    .optional()
    .meta({ description: 'made by someone else: never created, never removed' }),
  labels: pairs.optional(),
});

export type VolumeFile = z.output<typeof volume>;
