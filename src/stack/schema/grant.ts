import { z } from 'zod';
import { fileMode, section, text } from './common.js';

const long = section({
  source: text.meta({ description: 'its key at the top level' }),
  target: text.optional().meta({ description: 'where it is seen in the container' }),
  uid: z.union([z.string(), z.number()]).transform(String).optional(),
  gid: z.union([z.string(), z.number()]).transform(String).optional(),
  mode: fileMode.optional().meta({ description: 'permission bits; 0444' }),
});

/** `services.*.secrets` and `services.*.configs`: what of the top level a service may read; a text is the source. */
export const grants = z.array(z.union([text.transform((source) => ({ source })), long]));

export type GrantFile = z.output<typeof long>;
