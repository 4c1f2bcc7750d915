import { BerthError } from '../../errors.js';
import type { Host } from '../../linux/host.js';
import { findContainer } from '../../linux/index.js';
import { containerCgroup } from '../../linux/paths.js';
import type { ContainerRecord } from '../../linux/record.js';
import { type CommandMain, defineCommand } from '../command.js';
import { openContext, stackName } from '../context.js';
import { printableJson } from '../escape.js';
import { EXIT } from '../exit.js';
import { readConfig } from '../facts.js';
import { readCheckedStatus, serviceContainers } from '../live.js';

/** `inspect [SERVICE|CONTAINER...]` */
export const main: CommandMain = defineCommand({
  name: 'inspect',
  usage: '[SERVICE|CONTAINER...]',
  flags: [],
  notes: 'Prints a JSON list: record, state, config.json and use of each container of the stack, or of those named.',
  run: async (invocation) => {
    const { args, output } = invocation;
    const context = await openContext(invocation);
    const { host } = context;
    const records =
      args.length === 0
        ? serviceContainers(host, await stackName(context), [])
        : (await Promise.all(args.map((word) => named(host, word, () => stackName(context))))).flat();
    output.out(
      `${printableJson(
        records.map((record) => describe(host, record)),
        2,
      )}\n`,
    );
    return EXIT.done;
  },
});

/** A container by name or id, in any stack; else the containers of a service of this stack. */
async function named(host: Host, word: string, stack: () => Promise<string>): Promise<readonly ContainerRecord[]> {
  try {
    return [findContainer(host.containers(), word)];
  } catch (error) {
    const found = serviceContainers(host, await stack(), [word]);
    if (found.length > 0) return found;
    throw new BerthError('NOT_FOUND', `inspect ${word}: no such container or service`, { cause: error });
  }
}

function describe(host: Host, record: ContainerRecord): object {
  const paths = host.paths.container(record.id);
  const cgroup = containerCgroup(record.stack, record.id);
  const status = readCheckedStatus(host, record.id);
  return {
    ...record,
    status,
    namespaces: status?.pid ? host.addon.namespaces(status.pid) : null,
    cgroup: { path: cgroup, usage: host.addon.cgroupUsage(cgroup) },
    paths: { directory: paths.dir, layer: paths.layer, run: paths.runDir, log: paths.log },
    config: readConfig(host, record.id),
  };
}
