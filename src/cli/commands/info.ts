import { readFileSync } from 'node:fs';
import { arch, availableParallelism, release, totalmem } from 'node:os';
import { listStackNames } from '../../linux/state.js';
import { type CommandMain, defineCommand } from '../command.js';
import { openContext } from '../context.js';
import { printableJson } from '../escape.js';
import { EXIT } from '../exit.js';
import { containerFacts } from '../facts.js';
import { humanSize } from '../size.js';

interface InfoOptions {
  readonly format: string;
}

/** `info` */
export const main: CommandMain = defineCommand<InfoOptions>({
  name: 'info',
  usage: '',
  flags: [{ flags: '--format <format>', text: 'form of the output', choices: ['text', 'json'], default: 'text' }],
  run: async (invocation) => {
    const { options, output } = invocation;
    const { host } = await openContext(invocation);
    const containers = host.containers().records.map((record) => containerFacts(host, record));
    const cgroups = host.addon.cgroupHost();
    const facts = {
      Version: BERTH_VERSION,
      Kernel: release(),
      'Operating system': operatingSystem(),
      Architecture: arch(),
      CPUs: availableParallelism(),
      Memory: humanSize(totalmem()),
      Node: process.versions.node,
      Root: host.paths.root,
      Run: host.paths.run,
      Cgroups: cgroups.layout,
      Controllers: cgroups.controllers
        .filter(({ mountPoint }) => mountPoint !== '')
        .map(({ name, version }) => `${name} (v${version})`)
        .join(', '),
      'Storage driver': 'overlay2',
      Stacks: listStackNames(host.paths).length,
      Containers: containers.length,
      Running: containers.filter(({ status }) => status === 'running').length,
      Images: (await (await host.images()).list()).length,
    };
    if (options.format === 'json') output.out(`${printableJson(facts)}\n`);
    else
      output.out(
        Object.entries(facts)
          .map(([name, value]) => `${name}: ${value}\n`)
          .join(''),
      );
    return EXIT.done;
  },
});

function operatingSystem(): string {
  try {
    return /^PRETTY_NAME="?(.*?)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'Linux';
  } catch {
    return 'Linux';
  }
}
