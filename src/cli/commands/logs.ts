import { type ContainerLogRecord, timeKeyOf } from '../../linux/logline.js';
import { followLogs, type LogSource, readLogs } from '../../linux/logs.js';
import type { ContainerRecord } from '../../linux/record.js';
import { type CommandMain, defineCommand } from '../command.js';
import { type Context, openContext, stackName } from '../context.js';
import { EXIT } from '../exit.js';
import { wholeNumber } from '../globals.js';
import { createLineWriter, type LineWriter } from '../lines.js';
import { hasShim, requireContainers, serviceContainers } from '../live.js';
import { createPrefixes } from '../prefix.js';
import { takeInterrupts } from '../signals.js';
import { parseMoment } from '../time.js';

interface LogsOptions {
  readonly follow?: boolean;
  /** null: all */
  readonly tail?: number | null;
  readonly timestamps?: boolean;
  readonly since?: string;
  readonly until?: string;
  readonly logPrefix?: boolean;
}

/** `logs [SERVICE...]` */
export const main: CommandMain = defineCommand<LogsOptions>({
  name: 'logs',
  usage: '[SERVICE...]',
  flags: [
    { flags: '-f, --follow', text: 'go on with what is written from now on' },
    { flags: '-n, --tail <lines>', text: 'lines from the end of each log, or all', parse: parseTail },
    { flags: '-t, --timestamps', text: 'show when each line was written' },
    { flags: '--since <time>', text: 'from this time on: RFC 3339, or a duration before now (10m)' },
    { flags: '--until <time>', text: 'up to this time' },
    { flags: '--no-log-prefix', text: 'leave the names of containers out' },
  ],
  run: async (invocation) => {
    const { options, args, output } = invocation;
    const nowMs = Date.now();
    const moment = (flag: string, text: string | undefined): string | null =>
      text === undefined ? null : timeKeyOf(parseMoment(flag, text, nowMs));
    const range = {
      tail: options.tail ?? null,
      since: moment('--since', options.since),
      until: moment('--until', options.until),
    };
    const context = await openContext(invocation);
    const containers = await findContainers(context, args);
    const printer = createPrinter(containers, options, (names) =>
      createPrefixes(containers[0]?.stack ?? '', names, output.paint),
    );
    const sources = containers.map(({ id }): LogSource => sourceOf(context, id));
    if (options.follow !== true) {
      printer.print(readLogs(sources, range));
      printer.flush();
      return EXIT.done;
    }
    const interrupts = takeInterrupts();
    for await (const records of followLogs(sources, range, interrupts.signal)) printer.print(records);
    printer.flush();
    return interrupts.count() > 0 ? EXIT.interrupted : EXIT.done;
  },
});

function parseTail(text: string): number | null {
  return text === 'all' ? null : wholeNumber(text);
}

/** @throws BerthError NOT_FOUND for a service without containers */
async function findContainers(context: Context, services: readonly string[]): Promise<readonly ContainerRecord[]> {
  const name = await stackName(context);
  const containers = serviceContainers(context.host, name, services);
  requireContainers(containers, services, name);
  return containers;
}

function sourceOf({ host }: Context, id: string): LogSource {
  return { id, log: host.paths.container(id).log, isLive: () => hasShim(host, id) };
}

interface Printer {
  readonly print: (records: readonly ContainerLogRecord[]) => void;
  readonly flush: () => void;
}

/** Puts names, and on request times, before lines. A line that the log holds in pieces is put together again. */
function createPrinter(
  containers: readonly ContainerRecord[],
  options: LogsOptions,
  prefixesOf: (names: readonly string[]) => (name: string) => string,
): Printer {
  const prefixes = prefixesOf(containers.map(({ name }) => name));
  const emit = (line: Buffer): void => void process.stdout.write(line);
  const writers = new Map<string, LineWriter>();
  const timed = new Map<string, boolean>();
  for (const { id, name } of containers) {
    writers.set(id, createLineWriter(options.logPrefix === false ? '' : prefixes(name), emit));
  }
  return {
    print: (records) => {
      for (const { id, text, time } of records) {
        const begins = timed.get(id) !== true;
        timed.set(id, !text.endsWith('\n'));
        writers.get(id)?.write(Buffer.from(options.timestamps === true && begins ? `${time} ${text}` : text));
      }
    },
    flush: () => {
      for (const writer of writers.values()) writer.flush();
    },
  };
}
