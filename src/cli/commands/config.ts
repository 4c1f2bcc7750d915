import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { BerthError } from '../../errors.js';
import type { Printable } from '../../stack/canonical/value.js';
import type { Diagnostic } from '../../stack/diagnostic.js';
import type { Declared } from '../../stack/load.js';
import type { Stack } from '../../stack/model.js';
import { type CommandMain, defineCommand } from '../command.js';
import { cacheDirOf, loadFile, loadOptions, refuse } from '../context.js';
import { EXIT } from '../exit.js';
import { renderWarning } from '../report.js';

interface ConfigOptions {
  readonly quiet?: boolean;
  readonly services?: boolean;
  readonly volumes?: boolean;
  readonly networks?: boolean;
  readonly images?: boolean;
  readonly profiles?: boolean;
  readonly output?: string;
  readonly format: 'yaml' | 'json';
}

/** `config`; needs no root. */
export const main: CommandMain = defineCommand<ConfigOptions>({
  name: 'config',
  usage: '',
  flags: [
    { flags: '-q, --quiet', text: 'only check' },
    { flags: '--services', text: 'names of services alone' },
    { flags: '--volumes', text: 'names of volumes alone' },
    { flags: '--networks', text: 'names of networks alone' },
    { flags: '--images', text: 'images that services use alone' },
    { flags: '--profiles', text: 'names of profiles alone' },
    { flags: '-o, --output <file>', text: 'write to a file' },
    { flags: '--format <format>', text: 'form of the output', choices: ['yaml', 'json'], default: 'yaml' },
  ],
  run: async ({ options, globals, env, output }) => {
    const loading = loadOptions(globals, env);
    if (options.quiet === true) {
      await loadFile({ output, loading, cacheDir: cacheDirOf(globals) });
      return EXIT.done;
    }
    const { load } = await import('../../stack/load.js');
    const result = await load(loading);
    if (!result.ok) return refuse(result.diagnostics, output);
    for (const warning of [...result.stack.warnings, ...result.stack.refusals.map(refusalText)])
      output.err(renderWarning(warning, output.errPaint));
    const text =
      listed(result.stack, result.declared, options) ?? (await printed(result.canonical(options.format), options));
    if (options.output === undefined) output.out(text);
    else writeFile(resolve(options.output), text);
    return EXIT.done;
  },
});

function refusalText({ file, line, column, path, message }: Diagnostic): string {
  return `${file}:${line}:${column}: ${path}: ${message}; plan and up refuse it`;
}

/** Names alone, a line each; null where the whole project was asked for. */
function listed(stack: Stack, declared: Declared, options: ConfigOptions): string | null {
  const lines = (names: readonly string[]): string => [...new Set(names)].map((name) => `${name}\n`).join('');
  const services = Object.values(stack.services);
  if (options.services === true) return lines(services.map(({ name }) => name));
  if (options.images === true) return lines(services.map(({ image }) => image).filter((image) => image !== ''));
  if (options.volumes === true) return lines(Object.keys(stack.volumes));
  if (options.networks === true) return lines(declared.networks);
  return options.profiles === true ? lines(declared.profiles) : null;
}

async function printed(project: Printable, { format }: ConfigOptions): Promise<string> {
  const { printJson, printYaml } = await import('../../stack/canonical/print.js');
  return format === 'json' ? printJson(project) : printYaml(project);
}

function writeFile(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new BerthError('USAGE', `write ${path}`, { cause: error });
  }
}
