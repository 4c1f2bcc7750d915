import { z } from 'zod';
import { bool, bytes, fileMode, section, text, word } from './common.js';

const bindOptions = section({
  propagation: z.enum(['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave']).optional(),
  create_host_path: bool
    .optional()
    .meta({ description: 'create the source as a directory when it does not exist; true' }),
  recursive: z.enum(['enabled', 'disabled', 'writable', 'readonly']).optional(),
  idmap: bool.optional().meta({ description: "in a user namespace: ids on the host are the container's own; false" }),
  selinux: z.enum(['z', 'Z']).optional().meta({ description: 'ignored: no relabelling' }),
});

const volumeOptions = section({
  nocopy: bool.optional().meta({ description: "do not fill a new volume with the image's content" }),
  subpath: text.optional().meta({ description: 'a path inside the volume' }),
});

const tmpfsOptions = section({
  size: bytes.optional(),
  mode: fileMode.optional(),
});

/** The long syntax of `services.*.volumes`. */
export const longMount = section({
  type: z
    .enum(['volume', 'bind', 'tmpfs', 'image', 'npipe', 'cluster'])
    .meta({ description: 'image, npipe and cluster are not supported yet' }),
  source: text.optional(),
  target: word,
  read_only: bool.optional(),
  consistency: z.string().optional().meta({ description: 'ignored, as it is on every Linux' }),
  bind: bindOptions.optional(),
  volume: volumeOptions.optional(),
  tmpfs: tmpfsOptions.optional(),
  image: section({ subpath: text.optional() }).optional(),
});

export type LongMount = z.output<typeof longMount>;
