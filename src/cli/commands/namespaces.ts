import { groupNamespaces, type NamespaceRow } from '../../linux/namespaces.js';
import { type CommandMain, defineCommand } from '../command.js';
import { openContext, stackName } from '../context.js';
import { escapeControls, printableJson } from '../escape.js';
import { EXIT } from '../exit.js';
import { readCheckedStatus, serviceContainers } from '../live.js';
import { formatTable } from '../table.js';

interface NamespacesOptions {
  readonly format: string;
}

/** `namespaces [SERVICE...]` */
export const main: CommandMain = defineCommand<NamespacesOptions>({
  name: 'namespaces',
  usage: '[SERVICE...]',
  flags: [{ flags: '--format <format>', text: 'form of the output', choices: ['table', 'json'], default: 'table' }],
  run: async (invocation) => {
    const { options, args, output } = invocation;
    const context = await openContext(invocation);
    const { host } = context;
    const containers = serviceContainers(host, await stackName(context), args).flatMap(({ id, name }) => {
      const pid = readCheckedStatus(host, id)?.pid;
      return pid ? [{ name, ids: host.addon.namespaces(pid) }] : [];
    });
    const rows = groupNamespaces(containers, host.addon.namespaces(process.pid));
    if (options.format === 'json') output.out(rows.map((row) => `${printableJson(row)}\n`).join(''));
    else output.out(formatTable(['TYPE', 'ID', 'SHARED', 'CONTAINERS'], rows.map(tableRow)));
    return EXIT.done;
  },
});

function tableRow({ type, id, members, isHost }: NamespaceRow): readonly string[] {
  const shared = isHost ? 'with the host' : members.length > 1 ? 'yes' : '';
  return [type, String(id), shared, members.map(escapeControls).join(', ')];
}
