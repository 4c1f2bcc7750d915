import { Command, CommanderError, InvalidArgumentError, Option, type OptionValues } from 'commander';
import { BerthError, isBerthError } from '../errors.js';
import { COMMANDS } from './commands.js';
import { EXIT, exitCodeOf } from './exit.js';
import { type Flag, type GlobalOptions, globalFlags } from './globals.js';
import { createOutput, type Output } from './output.js';
import { renderError } from './report.js';

/** A command: its flags as a table, which parsing and help are made from, and what it does. */
export interface CommandSpec<Options extends OptionValues> {
  /** `up`, `image ls` */
  readonly name: string;
  /** needed by subcommands; a command's own stands in the table of commands */
  readonly summary?: string;
  /** `[SERVICE...]`; empty: it takes none */
  readonly usage: string;
  readonly flags: readonly Flag[];
  /** text below the options */
  readonly notes?: string;
  /** words after the first operand belong to another program: `exec`, `run` */
  readonly passThrough?: boolean;
  /** exit code of a failed command, where it isn't the table's; `words` follow the command's name, parsed or not */
  readonly failureCode?: (error: unknown, words: readonly string[]) => number;
  /** @returns the exit code */
  readonly run: (invocation: Invocation<Options>) => Promise<number>;
}

/** One call of a command. */
export interface Invocation<Options> {
  readonly options: Options;
  readonly args: readonly string[];
  readonly globals: GlobalOptions;
  readonly output: Output;
  readonly env: NodeJS.ProcessEnv;
}

export type CommandMain = (before: readonly string[], after: readonly string[]) => Promise<number>;

/** What `main` of a command's bundle is: parse, run, and turn a failure into text on stderr and an exit code. */
export function defineCommand<Options extends OptionValues>(spec: CommandSpec<Options>): CommandMain {
  return (before, after) => runCommand(spec, before, after, process.env);
}

async function runCommand<Options extends OptionValues>(
  spec: CommandSpec<Options>,
  before: readonly string[],
  after: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  let output = createOutput('auto', env);
  quitOnBrokenPipe();
  try {
    const parsed = parseCommand(spec, before, after, env);
    if (parsed.kind === 'help') {
      output.out(parsed.text);
      return EXIT.done;
    }
    output = createOutput(parsed.globals.ansi, env);
    return await spec.run({ ...parsed, output, env });
  } catch (error) {
    output.err(renderError(error, output.errPaint));
    return spec.failureCode?.(error, after) ?? exitCodeOf(error);
  }
}

/** `berth logs | head` ends like any other filter: at once and without a word. */
function quitOnBrokenPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? EXIT.brokenPipe : EXIT.failed);
  });
}

export type ParsedCommand<Options> =
  | { readonly kind: 'help'; readonly text: string }
  | {
      readonly kind: 'run';
      readonly options: Options;
      readonly globals: GlobalOptions;
      readonly args: readonly string[];
    };

/**
 * Parses a command line. A command's own `-f` or `-p` hides the global one behind the command's name; before it, the
 * letters are always global, as in docker compose.
 *
 * @throws USAGE for what can't be parsed
 */
export function parseCommand<Options extends OptionValues>(
  spec: CommandSpec<Options>,
  before: readonly string[],
  after: readonly string[],
  env: NodeJS.ProcessEnv,
): ParsedCommand<Options> {
  const globals = globalFlags(env);
  const leading = createParser(
    'berth',
    globals.map((flag) => createOption(flag, 'Global options:')),
  );
  const inherited = before.length === 0 ? {} : leading.parse(before, { from: 'user' }).opts<GlobalOptions>();
  const parser = createParser(`berth ${spec.name}`, [
    ...spec.flags.map((flag) => createOption(flag, 'Options:')),
    ...withoutShadowed(globals, spec.flags).map((flag) => inherit(createOption(flag, 'Global options:'), inherited)),
  ]);
  describe(parser, spec);
  try {
    parser.parse(after, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.code === 'commander.helpDisplayed') {
      return { kind: 'help', text: parser.helpInformation() + (spec.notes ? `\n${spec.notes}\n` : '') };
    }
    throw usageError(error, spec.name);
  }
  if (spec.usage === '' && parser.args.length > 0) {
    throw new BerthError('USAGE', `'${spec.name}' takes no arguments, but '${parser.args[0]}' was given`);
  }
  return { kind: 'run', options: parser.opts<Options>(), globals: parser.opts<GlobalOptions>(), args: parser.args };
}

function createParser(name: string, options: readonly Option[]): Command {
  const parser = new Command(name);
  parser.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
  parser.configureHelp({ helpWidth: 80, showGlobalOptions: false });
  parser.helpOption('-h, --help', 'show this help');
  parser.argument('[args...]').allowExcessArguments(true);
  for (const option of options) parser.addOption(option);
  return parser;
}

function describe<Options extends OptionValues>(parser: Command, spec: CommandSpec<Options>): void {
  parser.usage(`[OPTIONS] ${spec.usage}`.trimEnd());
  parser.description(spec.summary ?? COMMANDS[spec.name]?.summary ?? '');
  if (spec.passThrough) parser.passThroughOptions();
}

function createOption(flag: Flag, group: string): Option {
  const option = new Option(flag.flags, flag.text).helpGroup(group);
  if (flag.default !== undefined) option.default(flag.default);
  if (flag.choices) option.choices(flag.choices);
  if (flag.parse) option.argParser(asArgument(flag.parse));
  return option;
}

/** Our parsers throw USAGE with the reason; commander puts the flag's name in front of it. */
function asArgument(parse: NonNullable<Flag['parse']>): (value: string, previous: unknown) => unknown {
  return (value, previous) => {
    try {
      return parse(value, previous);
    } catch (error) {
      throw isBerthError(error) ? new InvalidArgumentError(error.message) : error;
    }
  };
}

/** Values given before the command's name become the defaults of what is given after it. */
function inherit(option: Option, values: Readonly<Record<string, unknown>>): Option {
  const value = values[option.attributeName()];
  if (value !== undefined) option.default(value);
  return option;
}

/** The global flags, less the letters that the command uses itself. */
export function withoutShadowed(globals: readonly Flag[], own: readonly Flag[]): readonly Flag[] {
  const names = new Set(own.flatMap((flag) => flag.flags.split(/[ ,]+/).filter((word) => word.startsWith('-'))));
  return globals.flatMap((flag) => {
    const [short = '', ...rest] = flag.flags.split(', ');
    return names.has(short) ? [{ ...flag, flags: rest.join(', ') }] : [flag];
  });
}

/** Commander's `error: unknown option '--foo'\n(Did you mean --force?)` in our form. */
function usageError(error: unknown, name: string): unknown {
  if (!(error instanceof CommanderError)) return error;
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const hint =
    suggestion?.replace(/^\((.*)\)$/, (_all, text: string) => text.toLowerCase()) ?? `see 'berth ${name} --help'`;
  return new BerthError('USAGE', message.replace(/\.$/, ''), { hint });
}
