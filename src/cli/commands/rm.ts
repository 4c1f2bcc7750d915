import { createInterface } from 'node:readline/promises';
import { BerthError } from '../../errors.js';
import type { ObservedContainer } from '../../plan/observed.js';
import { type CommandMain, defineCommand } from '../command.js';
import { openContext, stackName } from '../context.js';
import { escapeControls } from '../escape.js';
import { EXIT } from '../exit.js';
import { containerFacts } from '../facts.js';
import { type LockOption, lockTimeoutFlag } from '../flags.js';
import { isLive, planRemove } from '../lifecycle.js';
import { serviceContainers } from '../live.js';
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
    const isRemovable = (container: Pick<ObservedContainer, 'status'>): boolean => stop || !isLive(container);
    let agreed: ReadonlySet<string> | null = null;
    if (force !== true) {
      const context = await openContext(invocation);
      const found = serviceContainers(context.host, await stackName(context), invocation.args)
        .map((record) => containerFacts(context.host, record))
        .filter(isRemovable);
      if (found.length === 0) {
        invocation.output.err('No stopped containers\n');
        return EXIT.done;
      }
      await confirm(found.map(({ name }) => name));
      agreed = new Set(found.map(({ id }) => id));
    }
    return runStateCommand(invocation, 'rm', (chosen, _all, options) =>
      planRemove(
        chosen.filter((container) => isRemovable(container) && agreed?.has(container.id) !== false),
        stop,
        volumes,
        options,
      ),
    );
  },
});

/** @throws BerthError USAGE where there is nobody to ask, or the answer is no */
async function confirm(names: readonly string[]): Promise<void> {
  const refused = new BerthError('USAGE', 'rm: nothing was removed', { hint: 'give --force to remove without asking' });
  if (process.stdin.isTTY !== true) throw refused;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`Remove ${names.map(escapeControls).join(', ')}? [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw refused;
  } finally {
    terminal.close();
  }
}
