import type { Host } from '../../linux/host.js';
import { type ContainerRecord, readRecord, writeRecord } from '../../linux/record.js';
import { signalNumber } from '../../oci/signals.js';
import { parseStatus } from '../../oci/status.js';
import { type CommandMain, defineCommand } from '../command.js';
import { openContext, stackName } from '../context.js';
import { EXIT } from '../exit.js';
import { hasShim, readShimStatus, requireContainers, serviceContainers } from '../live.js';
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
    const ended: ContainerRecord[] = [];
    await Promise.all(
      running.map(async (container) => {
        const { status } = await host.addon
          .control(host.paths.container(container.id).runDir, { kind: 'kill', signal })
          .catch((error: unknown) => {
            throw nativeFailure(`kill container ${container.name}`, error);
          });
        output.err(` container ${container.name}  killed\n`);
        if (parseStatus(status).manuallyStopped) ended.push(container);
      }),
    );
    if (ended.length > 0) await noteStopped(host, name, ended);
    return EXIT.done;
  },
});

const NOTE_LOCK_MS = 10_000;

/**
 * What was killed by a signal that ends it for good counts as stopped on request after a reboot, too. The signal does not
 * wait for whoever has the stack, but only its lock's holder may write records.
 */
async function noteStopped(host: Host, stack: string, ended: readonly ContainerRecord[]): Promise<void> {
  const lock = await host.lock(stack, { command: 'kill', timeoutMs: NOTE_LOCK_MS });
  try {
    for (const { id } of ended) {
      const paths = host.paths.container(id);
      const record = readRecord(paths, id);
      // Another command may have removed it or started it again meanwhile.
      const isOver = record?.state === 'created' && readShimStatus(host, id)?.manuallyStopped === true;
      if (isOver && !record.manuallyStopped) writeRecord(host, { ...record, manuallyStopped: true });
    }
    await host.flush();
  } finally {
    lock.release();
  }
}
