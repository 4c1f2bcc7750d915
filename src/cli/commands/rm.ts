import { createInterface } from 'node:readline/promises';
import { BerthError } from '../../errors.js';
import type { ObservedContainer } from '../../plan/observed.js';
import { type CommandMain, defineCommand } from '../command.js';
import { type LockOption, lockTimeoutFlag } from '../flags.js';
import { isLive, planRemove } from '../lifecycle.js';
import { runStateCommand } from '../state-command.js';

interface RmOptions extends LockOption {
  readonly force?: boolean;
  readonly stop?: boolean;
  readonly volumes?: boolean;
}

/** `rm [SERVICE...]` */
export const main: CommandMain = defineCommand<RmOptions>({
  name: 'rm',
  usage: '[SERVICE...]',
  flags: [
    { flags: '-f, --force', text: "don't ask" },
    { flags: '-s, --stop', text: 'stop containers that run, first' },
    { flags: '-v, --volumes', text: 'remove their anonymous volumes, too' },
    lockTimeoutFlag,
  ],
  run: async (invocation) => {
    const { force, stop = false, volumes = false } = invocation.options;
    if (force !== true) await confirm();
    return runStateCommand(invocation, 'rm', (chosen, _all, options) =>
      planRemove(chosen.filter(isRemovable(stop)), stop, volumes, options),
    );
  },
});

function isRemovable(stop: boolean): (container: ObservedContainer) => boolean {
  return (container) => stop || !isLive(container);
}

/** @throws BerthError USAGE where there is nobody to ask, or the answer is no */
async function confirm(): Promise<void> {
  const refused = new BerthError('USAGE', 'rm: nothing was removed', { hint: 'give --force to remove without asking' });
  if (process.stdin.isTTY !== true) throw refused;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question('Remove stopped containers? [y/N] ');
    if (!/^y(es)?$/i.test(answer.trim())) throw refused;
  } finally {
    terminal.close();
  }
}
