import { type CommandMain, defineCommand } from '../command.js';
import { type LockOption, lockTimeoutFlag, type TimeoutOption, timeoutFlag } from '../flags.js';
import { isLive, planStop } from '../lifecycle.js';
import { runStateCommand } from '../state-command.js';

/** `stop [SERVICE...]` */
export const main: CommandMain = defineCommand<LockOption & TimeoutOption>({
  name: 'stop',
  usage: '[SERVICE...]',
  flags: [timeoutFlag, lockTimeoutFlag],
  run: (invocation) =>
    runStateCommand(invocation, 'stop', (chosen, _all, options) =>
      planStop(chosen.filter(isLive), invocation.options.timeout ?? null, options),
    ),
});
