import { type CommandMain, defineCommand } from '../command.js';
import { type LockOption, lockTimeoutFlag } from '../flags.js';
import { planPause } from '../lifecycle.js';
import { runStateCommand } from '../state-command.js';

/** `unpause [SERVICE...]` */
export const main: CommandMain = defineCommand<LockOption>({
  name: 'unpause',
  usage: '[SERVICE...]',
  flags: [lockTimeoutFlag],
  run: (invocation) =>
    runStateCommand(invocation, 'unpause', (chosen, _all, options) =>
      planPause(
        chosen.filter(({ status }) => status === 'paused'),
        'unpauseContainer',
        options,
      ),
    ),
});
