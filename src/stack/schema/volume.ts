import { z } from 'zod';
import { bool, pairs, section, text } from './common.js';

const option = z.union([z.string(), z.number()]).transform(String).optional();

export const volume = z.strictObject({
  name: text.optional().meta({ description: 'name in the store; <stack>_<key>' }),
  driver: z.literal('local', { error: "only the driver 'local' is supported" }).optional(),
  driver_opts: section({ type: option, o: option, device: option })
    .optional()
    .meta({ description: 'type, options and device of a mount' }),
  external: z
    .union([bool, section({ name: text.optional() })])
    .optional()
    .meta({ description: 'made by someone else: never created, never removed' }),
  labels: pairs.optional(),
});

export type VolumeFile = z.output<typeof volume>;
