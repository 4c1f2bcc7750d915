import { z } from 'zod';
import { bool, section, text, textOrList } from './common.js';
import { hooks } from './hook.js';

const watch = section({
  path: text,
  action: z.enum(['rebuild', 'sync', 'restart', 'sync+restart', 'sync+exec']),
  target: text.optional(),
  ignore: textOrList.optional(),
  include: textOrList.optional(),
  initial_sync: bool.optional(),
  exec: hooks.element.optional(),
});

/** `services.*.develop` */
export const develop = section({ watch: z.array(watch).optional() });

export type DevelopFile = z.output<typeof develop>;
