import { type CommandMain, defineCommand } from '../command.js';
import { type LockOption, lockTimeoutFlag } from '../flags.js';
import { planPause } from '../lifecycle.js';
import { runStateCommand } from '../state-command.js';

/** `pause [SERVICE...]` */
export const main: CommandMain = defineCommand<LockOption>({
  name: 'pause',
  usage: '[SERVICE...]',
  flags: [lockTimeoutFlag],
  run: (invocation) =>
    runStateCommand(invocation, 'pause', (chosen, _all, options) =>
      planPause(
        chosen.filter(({ status }) => status === 'running'),
        'pauseContainer',
        options,
      ),
    ),
});
