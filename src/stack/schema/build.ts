import { z } from 'zod';
import { bool, bytes, extraHosts, pairs, section, text, textOrList, ulimits } from './common.js';
import { grants } from './grant.js';

const flagOrText = z.union([z.boolean(), z.string()]).transform(String);

const long = section({
  context: text.optional().meta({ description: 'directory, archive or URL that the build sees; .' }),
  dockerfile: text.optional().meta({ description: 'Dockerfile, relative to the context; Dockerfile' }),
  dockerfile_inline: z.string().optional().meta({ description: "the Dockerfile's text itself" }),
  entitlements: z.array(text).optional(),
  args: pairs.optional().meta({ description: 'values of ARG' }),
  ssh: z
    .union([z.literal('default').transform(() => ({ default: null })), pairs])
    .optional()
    .meta({ description: 'agents and keys that steps may use' }),
  labels: pairs.optional(),
  cache_from: z.array(text).optional(),
  cache_to: z.array(text).optional(),
  no_cache: bool.optional(),
  no_cache_filter: textOrList.optional().meta({ description: 'stages that are built without a cache' }),
  additional_contexts: pairs.optional(),
  network: text.optional(),
  provenance: flagOrText.optional(),
  sbom: flagOrText.optional(),
  pull: bool.optional(),
  target: text.optional().meta({ description: 'stage to stop at' }),
  shm_size: bytes.optional(),
  extra_hosts: extraHosts.optional(),
  isolation: text.optional(),
  privileged: bool.optional(),
  secrets: grants.optional(),
  tags: z.array(text).optional(),
  ulimits: ulimits.optional(),
  platforms: z.array(text).optional(),
});

/** `services.*.build`; a text is the context. */
export const build = z.union([text.transform((context) => ({ context })), long]);

export type BuildFile = z.output<typeof long>;
