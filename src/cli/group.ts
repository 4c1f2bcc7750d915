import { Command } from 'commander';
import { BerthError } from '../errors.js';
import type { CommandMain } from './command.js';
import { COMMANDS } from './commands.js';
import { EXIT } from './exit.js';
import { createOutput } from './output.js';
import { renderError } from './report.js';

/** A subcommand of `image`, `volume`, … */
export interface Subcommand {
  readonly summary: string;
  readonly main: CommandMain;
}

/**
 * `main` of a command that has subcommands. Without a subcommand's name `fallback` runs, where the command means something
 * by itself, and its help tells of them; else a list of them is shown.
 */
export function defineGroup(
  name: string,
  subcommands: Readonly<Record<string, Subcommand>>,
  fallback?: CommandMain,
): CommandMain {
  return async (before, after) => {
    const [word = '', ...rest] = after;
    if (Object.hasOwn(subcommands, word)) return (await subcommands[word]?.main(before, rest)) ?? EXIT.failed;
    if (fallback && (word === '' || word.startsWith('-'))) return fallback(before, after);
    const output = createOutput('auto', process.env);
    if (['', '-h', '--help'].includes(word)) {
      output.out(groupHelp(name, subcommands));
      return EXIT.done;
    }
    const hint = `one of: ${Object.keys(subcommands).join(', ')}`;
    output.err(renderError(new BerthError('USAGE', `unknown command '${name} ${word}'`, { hint }), output.errPaint));
    return EXIT.usage;
  };
}

function groupHelp(name: string, subcommands: Readonly<Record<string, Subcommand>>): string {
  const parser = new Command(`berth ${name}`);
  parser
    .description(COMMANDS[name]?.summary ?? '')
    .helpCommand(false)
    .configureHelp({ helpWidth: 80 });
  parser.helpOption('-h, --help', 'show this help').usage('COMMAND [OPTIONS]');
  for (const [word, { summary }] of Object.entries(subcommands))
    parser.command(word).summary(summary).helpOption(false);
  return `${parser.helpInformation()}\n'berth ${name} COMMAND --help' shows the options of each.\n`;
}
