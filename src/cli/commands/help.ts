import { Command, CommanderError, Option } from 'commander';
import { BerthError } from '../../errors.js';
import { type CommandMain, defineCommand } from '../command.js';
import { COMMANDS } from '../commands.js';
import { EXIT } from '../exit.js';
import { globalFlags } from '../globals.js';
import { createOutput } from '../output.js';
import { renderError } from '../report.js';

const INTRO = `Berth runs multi-container stacks on Linux from one Compose file. No daemon.`;

const NOTES = `
Examples:
  berth plan                 what would change, and why
  berth up -d --wait         bring the stack up, wait until it is healthy
  berth logs -f web          follow the output of one service
  berth down -v              remove the stack and its volumes

'berth help COMMAND' shows a command's options.
`;

/** `help [COMMAND...]` */
export const main: CommandMain = defineCommand({
  name: 'help',
  usage: '[COMMAND]',
  flags: [],
  run: async ({ args, env, output }) => {
    const [name, ...rest] = args;
    if (name === undefined) {
      output.out(overviewText(env));
      return EXIT.done;
    }
    const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!entry) throw unknownCommand([name], env);
    return (await entry.load()).main([], [...rest, '--help']);
  },
});

/** What `berth` answers when no command is named: the overview, or that the word is no command. */
export async function overview(argv: readonly string[]): Promise<number> {
  const output = createOutput('auto', process.env);
  if (argv.length === 0 || argv.includes('--help') || argv.includes('-h')) {
    output.out(overviewText(process.env));
    return EXIT.done;
  }
  output.err(renderError(unknownCommand(argv, process.env), output.errPaint));
  return EXIT.usage;
}

/** The overview of all commands in their groups. */
export function overviewText(env: NodeJS.ProcessEnv): string {
  return createProgram(env).helpInformation() + NOTES;
}

function createProgram(env: NodeJS.ProcessEnv): Command {
  const program = new Command('berth').description(INTRO).usage('[OPTIONS] COMMAND').helpCommand(false);
  program.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
  program.configureHelp({ helpWidth: 80 }).helpOption('-h, --help', 'show this help');
  for (const flag of globalFlags(env))
    program.addOption(new Option(flag.flags, flag.text).helpGroup('Global options:'));
  for (const [name, { group, summary }] of Object.entries(COMMANDS)) {
    program.command(name).summary(summary).helpGroup(group).helpOption(false).allowUnknownOption();
  }
  return program;
}

/** Lets commander judge the words: it finds the name that was meant. */
function unknownCommand(argv: readonly string[], env: NodeJS.ProcessEnv): BerthError {
  try {
    createProgram(env).parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.code !== 'commander.help') {
      const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
      const hint = suggestion?.replace(/^\(Did you mean (.*)\?\)$/, "did you mean '$1'?") ?? "see 'berth help'";
      return new BerthError('USAGE', message, { hint });
    }
  }
  return new BerthError('USAGE', 'no command given', { hint: "see 'berth help'" });
}
