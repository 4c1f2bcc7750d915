import { type CommandMain, defineCommand } from '../command.js';
import { EXIT } from '../exit.js';

interface VersionOptions {
  readonly short?: boolean;
  readonly format: string;
}

/** `version` with flags; the plain form is answered by main.ts without loading this. */
export const main: CommandMain = defineCommand<VersionOptions>({
  name: 'version',
  usage: '',
  flags: [
    { flags: '--short', text: 'the number alone' },
    { flags: '--format <format>', text: 'form of the output', choices: ['pretty', 'json'], default: 'pretty' },
  ],
  run: async ({ options, output }) => {
    if (options.format === 'json') output.out(`${JSON.stringify({ version: BERTH_VERSION })}\n`);
    else output.out(options.short ? `${BERTH_VERSION}\n` : `berth version ${BERTH_VERSION}\n`);
    return EXIT.done;
  },
});
