import { BerthError } from '../../errors.js';
import { inspectVolume, listVolumes, removeVolume } from '../../linux/volumes.js';
import { type CommandMain, defineCommand } from '../command.js';
import { openContext } from '../context.js';
import { forEachName } from '../each.js';
import { escapeControls, printableJson } from '../escape.js';
import { EXIT } from '../exit.js';
import { defineGroup } from '../group.js';
import { formatTable } from '../table.js';

interface ListOptions {
  readonly quiet?: boolean;
  readonly format: string;
}

const list = defineCommand<ListOptions>({
  name: 'volume ls',
  summary: 'list volumes',
  usage: '',
  flags: [
    { flags: '-q, --quiet', text: 'names alone' },
    { flags: '--format <format>', text: 'form of the output', choices: ['table', 'json'], default: 'table' },
  ],
  run: async (invocation) => {
    const { options, output } = invocation;
    const { host } = await openContext(invocation);
    const { records } = host.containers();
    const rows = listVolumes(host.paths).map((volume) => ({
      ...volume,
      usedBy: records.filter(({ volumes }) => volumes.includes(volume.name)).map(({ name }) => name),
    }));
    if (options.quiet === true) output.out(rows.map(({ name }) => `${name}\n`).join(''));
    else if (options.format === 'json') output.out(rows.map((row) => `${printableJson(row)}\n`).join(''));
    else {
      const cells = rows.map(({ name, stack, usedBy }) => [name, stack ?? '', usedBy.join(', ')].map(escapeControls));
      output.out(formatTable(['VOLUME NAME', 'STACK', 'USED BY'], cells));
    }
    return EXIT.done;
  },
});

const inspect = defineCommand({
  name: 'volume inspect',
  summary: 'print what is known of volumes',
  usage: 'VOLUME [VOLUME...]',
  flags: [],
  run: async (invocation) => {
    const { host } = await openContext(invocation);
    const volumes = requireNames(invocation.args).map((name) => ({
      ...inspectVolume(host.paths, name),
      mountpoint: host.paths.volume(name).data,
    }));
    invocation.output.out(`${printableJson(volumes, 2)}\n`);
    return EXIT.done;
  },
});

const remove = defineCommand({
  name: 'volume rm',
  summary: 'remove volumes with their data',
  usage: 'VOLUME [VOLUME...]',
  flags: [],
  run: async (invocation) => {
    const { host } = await openContext(invocation);
    return forEachName(requireNames(invocation.args), invocation.output, async (name) => {
      inspectVolume(host.paths, name);
      await removeVolume(host.paths, name, host.containers().records);
      invocation.output.out(`${name}\n`);
    });
  },
});

function requireNames(args: readonly string[]): readonly string[] {
  if (args.length === 0) throw new BerthError('USAGE', 'expected the name of a volume');
  return args;
}

/** `volume ls|inspect|rm` */
export const main: CommandMain = defineGroup('volume', {
  ls: { summary: 'list volumes', main: list },
  inspect: { summary: 'print what is known of volumes', main: inspect },
  rm: { summary: 'remove volumes with their data', main: remove },
});
