import { type CommandMain, defineCommand } from '../command.js';
import { cacheDirOf, loadOptions, loadStack } from '../context.js';
import { EXIT } from '../exit.js';

interface ConfigOptions {
  readonly quiet?: boolean;
  readonly services?: boolean;
  readonly volumes?: boolean;
  readonly images?: boolean;
  readonly format: string;
}

/** `config`; needs no root. */
export const main: CommandMain = defineCommand<ConfigOptions>({
  name: 'config',
  usage: '',
  flags: [
    { flags: '-q, --quiet', text: 'only check' },
    { flags: '--services', text: 'names of services alone' },
    { flags: '--volumes', text: 'names of volumes alone' },
    { flags: '--images', text: 'images that services use alone' },
    { flags: '--format <format>', text: 'form of the output', choices: ['yaml', 'json'], default: 'yaml' },
  ],
  run: async ({ options, globals, env, output }) => {
    const stack = await loadStack({ output, loading: loadOptions(globals, env), cacheDir: cacheDirOf(globals) });
    if (options.quiet === true) return EXIT.done;
    const names = (list: readonly string[]): void => output.out(list.map((name) => `${name}\n`).join(''));
    if (options.services === true) names(Object.keys(stack.services));
    else if (options.volumes === true) names(Object.keys(stack.volumes));
    else if (options.images === true) names([...new Set(Object.values(stack.services).map(({ image }) => image))]);
    else {
      const { printStack, printStackJson } = await import('../../stack/print.js');
      output.out(options.format === 'json' ? printStackJson(stack) : await printStack(stack));
    }
    return EXIT.done;
  },
});
