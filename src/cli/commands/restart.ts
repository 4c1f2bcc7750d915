import { type CommandMain, defineCommand } from '../command.js';
import { type LockOption, lockTimeoutFlag, type TimeoutOption, timeoutFlag } from '../flags.js';
import { planRestart, withRestarted } from '../lifecycle.js';
import { runStateCommand } from '../state-command.js';

interface RestartOptions extends LockOption, TimeoutOption {
  readonly deps?: boolean;
}

/** `restart [SERVICE...]` */
export const main: CommandMain = defineCommand<RestartOptions>({
  name: 'restart',
  usage: '[SERVICE...]',
  flags: [
    timeoutFlag,
    { flags: '--no-deps', text: 'leave services alone whose depends_on says `restart: true`' },
    lockTimeoutFlag,
  ],
  run: (invocation) => {
    const { timeout, deps } = invocation.options;
    return runStateCommand(invocation, 'restart', (chosen, all, options) =>
      planRestart(deps === false ? chosen : withRestarted(chosen, all), all, timeout ?? null, options),
    );
  },
});
