import { type CommandMain, defineCommand } from '../command.js';
import { type LockOption, lockTimeoutFlag } from '../flags.js';
import { isLive, planStart, withDependencies } from '../lifecycle.js';
import { runStateCommand } from '../state-command.js';

/** `start [SERVICE...]` */
export const main: CommandMain = defineCommand<LockOption>({
  name: 'start',
  usage: '[SERVICE...]',
  flags: [lockTimeoutFlag],
  run: (invocation) =>
    runStateCommand(invocation, 'start', (chosen, all, options) =>
      planStart(
        withDependencies(chosen, all).filter((container) => !isLive(container)),
        all,
        options,
      ),
    ),
});
