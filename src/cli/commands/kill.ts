import { signalNumber } from '../../oci/signals.js';
import { type CommandMain, defineCommand } from '../command.js';
import { openContext, stackName } from '../context.js';
import { EXIT } from '../exit.js';
import { hasShim, requireContainers, serviceContainers } from '../live.js';
import { nativeFailure } from '../native-failure.js';

interface KillOptions {
  readonly signal: string;
}

/** `kill [SERVICE...]` */
export const main: CommandMain = defineCommand<KillOptions>({
  name: 'kill',
  usage: '[SERVICE...]',
  flags: [{ flags: '-s, --signal <signal>', text: 'name or number', default: 'SIGKILL' }],
  run: async (invocation) => {
    const { options, args, output } = invocation;
    const signal = signalNumber(options.signal);
    const context = await openContext(invocation);
    const { host } = context;
    const name = await stackName(context);
    const containers = serviceContainers(host, name, args);
    requireContainers(containers, args, name);
    const running = containers.filter(({ id }) => hasShim(host, id));
    await Promise.all(
      running.map(async (container) => {
        await host.addon
          .control(host.paths.container(container.id).runDir, { kind: 'kill', signal })
          .catch((error: unknown) => {
            throw nativeFailure(`kill container ${container.name}`, error);
          });
        output.err(` container ${container.name}  killed\n`);
      }),
    );
    return EXIT.done;
  },
});
