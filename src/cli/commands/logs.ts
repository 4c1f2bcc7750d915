import { lockHolder } from '../../linux/lock.js';
import { type ContainerLogRecord, timeKeyOf } from '../../linux/logline.js';
import { followLogs, type LogSource, readLogs } from '../../linux/logs.js';
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
    const stack = await stackName(context);
    requireContainers(serviceContainers(context.host, stack, args), args, stack);
    const known = new Map<string, string>();
    const sources = (): readonly LogSource[] => {
      const containers = serviceContainers(context.host, stack, args);
      for (const { id, name } of containers) known.set(id, name);
      return containers.map(({ id }) => sourceOf(context, id));
    };
    const printer = createPrinter(options, (id) =>
      createPrefixes(stack, [...known.values()], output.paint)(known.get(id) ?? ''),
    );
    if (options.follow !== true) {
      printer.print(readLogs(sources(), range));
      printer.flush();
      return EXIT.done;
    }
    const interrupts = takeInterrupts();
    const mayGrow = (): boolean => lockHolder(context.host.paths.stack(stack)) !== null;
    for await (const records of followLogs({ sources, mayGrow }, range, interrupts.signal)) printer.print(records);
    printer.flush();
    return interrupts.count() > 0 ? EXIT.interrupted : EXIT.done;
  },
});

function parseTail(text: string): number | null {
  return text === 'all' ? null : wholeNumber(text);
}

function sourceOf({ host }: Context, id: string): LogSource {
  return { id, log: host.paths.container(id).log, isLive: () => hasShim(host, id) };
}

interface Printer {
  readonly print: (records: readonly ContainerLogRecord[]) => void;
  readonly flush: () => void;
}

/**
 * Puts names, and on request times, before lines. A line that the log holds in pieces is put together again.
 * @param prefixOf asked for a container's id at its first line
 */
function createPrinter(options: LogsOptions, prefixOf: (id: string) => string): Printer {
  const emit = (line: Buffer): void => void process.stdout.write(line);
  const writers = new Map<string, LineWriter>();
  const timed = new Map<string, boolean>();
  const writerOf = (id: string): LineWriter => {
    const writer = writers.get(id) ?? createLineWriter(options.logPrefix === false ? '' : prefixOf(id), emit);
    writers.set(id, writer);
    return writer;
  };
  return {
    print: (records) => {
      for (const { id, text, time } of records) {
        const begins = timed.get(id) !== true;
        timed.set(id, !text.endsWith('\n'));
        writerOf(id).write(Buffer.from(options.timestamps === true && begins ? `${time} ${text}` : text));
      }
    },
    flush: () => {
      for (const writer of writers.values()) writer.flush();
    },
  };
}
