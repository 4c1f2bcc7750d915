import { z } from 'zod';
import { command, fileMode, pairs, section, text } from './common.js';
import { healthcheck } from './healthcheck.js';

const packages = z.array(
  z
    .string()
    .regex(/^[a-z0-9][a-z0-9+.-]*(?::[a-z0-9]+)?(?:[=/].+)?$/, { error: 'expected the name of a Debian package' }),
);

const debian = section({
  suite: z.string().regex(/^[a-z][a-z0-9-]*$/, { error: "expected a suite such as 'bookworm'" }),
  packages: packages.optional(),
  mirror: text.optional().meta({ description: "the suite's mirror; mmdebstrap's own choice" }),
  variant: text.optional().meta({ description: 'of mmdebstrap; minbase' }),
});

/** Exactly one key says what kind of base it is. */
const base = z.union([
  z.literal('scratch', { error: "expected 'scratch' or a map" }),
  section({
    debian: debian.optional().meta({ description: 'a root file system made by mmdebstrap' }),
    rootfs: text.optional().meta({ description: 'a directory' }),
    archive: text.optional().meta({ description: 'an OCI or docker archive' }),
    layout: text.optional().meta({ description: 'an OCI layout: DIR[:TAG]' }),
    image: text.optional().meta({ description: 'another image of this file or of the store' }),
  }),
]);

const layer = section({
  copy: section({
    from: text.meta({ description: 'a path beside the stack file' }),
    to: text.meta({ description: 'an absolute path in the image' }),
    chown: z
      .string()
      .regex(/^[\w-]+(?::[\w-]+)?$/, { error: 'expected USER[:GROUP]' })
      .optional(),
    chmod: fileMode.optional(),
  }).optional(),
  run: text.optional().meta({ description: 'a shell command' }),
  packages: packages.optional().meta({ description: 'Debian packages to install' }),
});

const config = section({
  entrypoint: command.optional(),
  command: command.optional(),
  env: pairs.optional(),
  workdir: z.string().regex(/^\//, { error: 'expected an absolute path' }).optional(),
  user: text.optional(),
  exposed_ports: z.array(z.union([z.number(), z.string()])).optional(),
  volumes: z.array(z.string().regex(/^\//, { error: 'expected an absolute path' })).optional(),
  labels: pairs.optional(),
  stop_signal: z.union([z.string(), z.number()]).optional(),
  healthcheck: healthcheck.optional(),
});

export const image = z.strictObject({
  base: base.optional().meta({ description: 'what the layers are put on' }),
  layers: z.array(layer).optional().meta({ description: 'steps, each a layer, cached by content' }),
  config: config.optional().meta({ description: "changes to the base's configuration" }),
});

export type ImageFile = z.output<typeof image>;
export type LayerFile = z.output<typeof layer>;
