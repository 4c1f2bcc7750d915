import { BerthError } from '../../errors.js';
import { type CommandMain, defineCommand } from '../command.js';
import { type ContainerFacts, containerJson, containerRow, PS_HEADER } from '../containers.js';
import { openContext, stackName } from '../context.js';
import { printableJson } from '../escape.js';
import { EXIT } from '../exit.js';
import { containerFacts } from '../facts.js';
import { listFlag } from '../globals.js';
import { isLive } from '../lifecycle.js';
import { requireContainers } from '../live.js';
import { formatTable } from '../table.js';

interface PsOptions {
  readonly all?: boolean;
  readonly quiet?: boolean;
  readonly services?: boolean;
  readonly trunc?: boolean;
  readonly format: string;
  readonly status?: readonly string[];
}

const STATES = ['paused', 'restarting', 'removing', 'running', 'dead', 'created', 'exited'];

/** `ps [SERVICE...]` */
export const main: CommandMain = defineCommand<PsOptions>({
  name: 'ps',
  usage: '[SERVICE...]',
  flags: [
    { flags: '-a, --all', text: 'containers that do not run, and those of run, too' },
    { flags: '-q, --quiet', text: 'ids alone' },
    { flags: '--services', text: 'names of services alone' },
    { flags: '--no-trunc', text: 'ids and commands in full' },
    listFlag('--status <status>', `only containers in this state: ${STATES.join(', ')}`),
    { flags: '--format <format>', text: 'form of the output', choices: ['table', 'json'], default: 'table' },
  ],
  run: async (invocation) => {
    const { options, args, output } = invocation;
    const wrong = options.status?.find((status) => !STATES.includes(status));
    if (wrong !== undefined) throw new BerthError('USAGE', `--status: '${wrong}' is none of ${STATES.join(', ')}`);
    const context = await openContext(invocation);
    const name = await stackName(context);
    const records = context.host.containers().records.filter(({ stack }) => stack === name);
    requireContainers(records, args, name);
    const shown = records
      .filter(
        ({ service, oneOff }) => (args.length === 0 || args.includes(service)) && (!oneOff || options.all === true),
      )
      .map((record) => containerFacts(context.host, record))
      .filter((facts) => isShown(facts, options))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    output.out(render(shown, options, Date.now()));
    return EXIT.done;
  },
});

/** Docker compose: what runs, unless asked for all or for a state. */
function isShown(facts: ContainerFacts, { all, status: wanted }: PsOptions): boolean {
  if (wanted !== undefined) return wanted.includes(facts.status);
  return all === true || isLive(facts);
}

function render(shown: readonly ContainerFacts[], options: PsOptions, nowMs: number): string {
  const isWhole = options.trunc === false;
  if (options.quiet === true) return lines(shown.map(({ id }) => id));
  if (options.services === true) return lines([...new Set(shown.map(({ service }) => service))]);
  if (options.format === 'json')
    return lines(shown.map((facts) => printableJson(containerJson(facts, nowMs, isWhole))));
  return formatTable(
    PS_HEADER,
    shown.map((facts) => containerRow(facts, nowMs, isWhole)),
  );
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}
