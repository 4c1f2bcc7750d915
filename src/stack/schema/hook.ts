import { z } from 'zod';
import { bool, command, pairs, section, text } from './common.js';

const shared = {
  user: text.optional(),
  privileged: bool.optional(),
  working_dir: text.optional(),
  environment: pairs.optional(),
};

/** `post_start` and `pre_stop`: commands in a running container. */
export const hooks = z.array(section({ command, ...shared }));

/** `pre_start`: containers that run to their end before the service starts. */
export const initHooks = z.array(
  section({ command: command.optional(), image: text.optional(), per_replica: bool.optional(), ...shared }),
);

export type HookFile = z.output<typeof hooks>[number];
