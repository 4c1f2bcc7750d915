import { z } from 'zod';
import { integer, section, text } from './common.js';

/** `models.*` */
export const model = z.strictObject({
  name: text.optional(),
  model: text.optional().meta({ description: 'required' }),
  context_size: integer(0).optional(),
  runtime_flags: z.array(z.string()).optional(),
});

export type ModelFile = z.output<typeof model>;

/** `services.*.models`; names alone are given without variables. */
export const modelUses = z.union([
  z.array(text).transform((names): Record<string, null> => Object.fromEntries(names.map((name) => [name, null]))),
  z.record(z.string(), section({ endpoint_var: text.optional(), model_var: text.optional() }).nullable()),
]);

const option = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** `services.*.provider`: a program that makes the service. */
export const provider = section({
  type: text,
  options: z
    .record(
      z.string(),
      z.union([option, z.array(option)]).transform((value) => [value].flat()),
    )
    .optional(),
});
