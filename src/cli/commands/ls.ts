import { readStackState } from '../../linux/state.js';
import type { ContainerStatus } from '../../plan/observed.js';
import { type CommandMain, defineCommand } from '../command.js';
import { openContext } from '../context.js';
import { printableJson } from '../escape.js';
import { EXIT } from '../exit.js';
import { containerFacts } from '../facts.js';
import { isLive } from '../lifecycle.js';
import { formatTable } from '../table.js';

interface LsOptions {
  readonly all?: boolean;
  readonly quiet?: boolean;
  readonly format: string;
}

/** `ls` */
export const main: CommandMain = defineCommand<LsOptions>({
  name: 'ls',
  usage: '',
  flags: [
    { flags: '-a, --all', text: 'stacks of which nothing runs, too' },
    { flags: '-q, --quiet', text: 'names alone' },
    { flags: '--format <format>', text: 'form of the output', choices: ['table', 'json'], default: 'table' },
  ],
  run: async (invocation) => {
    const { options, output } = invocation;
    const { host } = await openContext(invocation);
    const states = new Map<string, ContainerStatus[]>();
    for (const record of host.containers().records) {
      const { status } = containerFacts(host, record);
      states.set(record.stack, [...(states.get(record.stack) ?? []), status]);
    }
    const stacks = [...states]
      .filter(([, all]) => options.all === true || all.some((status) => isLive({ status })))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, all]) => ({
        Name: name,
        Status: statusText(all),
        ConfigFiles: (readStackState(host.paths.stack(name))?.files ?? []).join(','),
      }));
    if (options.quiet === true) output.out(stacks.map(({ Name }) => `${Name}\n`).join(''));
    else if (options.format === 'json') output.out(`${printableJson(stacks)}\n`);
    else
      output.out(
        formatTable(
          ['NAME', 'STATUS', 'CONFIG FILES'],
          stacks.map((stack) => Object.values(stack)),
        ),
      );
    return EXIT.done;
  },
});

/** `exited(1), running(2)` */
export function statusText(states: readonly string[]): string {
  const names = [...new Set(states)].sort();
  return names.map((name) => `${name}(${states.filter((state) => state === name).length})`).join(', ');
}
