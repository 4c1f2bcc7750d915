import { BerthError } from '../errors.js';
import type { AnsiMode } from './colour.js';

/** A row of a flag table, in commander's notation: parsing and help are both made from it. */
export interface Flag {
  /** `-n, --tail <lines>` */
  readonly flags: string;
  readonly text: string;
  /** turns the argument into the option's value; `previous` is that of an earlier mention */
  readonly parse?: (value: string, previous: unknown) => unknown;
  readonly default?: string | boolean;
  /** values that are accepted, and drawn in the help */
  readonly choices?: readonly string[];
}

export type ProgressMode = 'auto' | 'tty' | 'plain' | 'json' | 'quiet';

/** Options that every command takes, before or after its name. */
export interface GlobalOptions {
  readonly file?: readonly string[];
  readonly projectName?: string;
  readonly projectDirectory?: string;
  readonly profile?: readonly string[];
  readonly envFile?: readonly string[];
  readonly root: string;
  readonly run: string;
  readonly progress: ProgressMode;
  readonly ansi: AnsiMode;
}

/** Every mention of a flag adds to a list. */
export function collect(value: string, previous: unknown): readonly string[] {
  return [...(Array.isArray(previous) ? previous : []), value];
}

/** A whole number of at least 0. */
export function wholeNumber(value: string): number {
  if (!/^\d+$/.test(value)) throw new BerthError('USAGE', `'${value}' is no whole number`);
  return Number(value);
}

/** A flag that may be repeated; its value is a list, absent where it was not given. */
export function listFlag(flags: string, text: string): Flag {
  return { flags, text, parse: collect };
}

/** The table of the global flags. State directories default to the environment's, then to the system's. */
export function globalFlags(env: NodeJS.ProcessEnv): readonly Flag[] {
  return [
    listFlag('-f, --file <path>', 'stack file; repeat to merge several (default: compose.yaml found upwards)'),
    { flags: '-p, --project-name <name>', text: 'name of the stack' },
    { flags: '--project-directory <path>', text: 'directory that relative paths start from' },
    listFlag('--profile <name>', 'enable services of this profile; * is all of them'),
    listFlag('--env-file <path>', 'file of variables for interpolation, instead of .env'),
    { flags: '--root <dir>', text: 'state that survives a reboot', default: env['BERTH_ROOT'] || '/var/lib/berth' },
    { flags: '--run <dir>', text: 'state of this boot', default: env['BERTH_RUN'] || '/run/berth' },
    {
      flags: '--progress <mode>',
      text: 'how progress is shown',
      choices: ['auto', 'tty', 'plain', 'json', 'quiet'],
      default: 'auto',
    },
    { flags: '--ansi <mode>', text: 'colours', choices: ['auto', 'always', 'never'], default: 'auto' },
  ];
}
