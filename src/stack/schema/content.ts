import { z } from 'zod';
import { bool, driverOptions, pairs, section, text } from './common.js';

const external = z.union([bool, section({ name: text.optional() })]).optional();

const shared = {
  name: text.optional(),
  file: text.optional().meta({ description: 'a file that has the content' }),
  environment: text.optional().meta({ description: 'a variable that has the content' }),
  external: external.meta({ description: 'made by someone else' }),
  labels: pairs.optional(),
  template_driver: text.optional(),
};

/** `secrets.*` */
export const secret = z.strictObject({ ...shared, driver: text.optional(), driver_opts: driverOptions.optional() });

/** `configs.*` */
export const config = z.strictObject({
  ...shared,
  content: z.string().optional().meta({ description: 'the content itself' }),
});

export type SecretFile = z.output<typeof secret>;
export type ConfigFile = z.output<typeof config>;
