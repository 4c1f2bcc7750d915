import { timeKeyOf } from '../linux/logline.js';
import { followLogs } from '../linux/logs.js';
import type { ContainerRecord } from '../linux/record.js';
import { openStream } from '../linux/stream.js';
import type { Context } from './context.js';
import { createLineWriter, type LineWriter } from './lines.js';
import { hasShim, readCheckedStatus } from './live.js';
import { type Prefixes, shortName } from './prefix.js';

/** Shows the output of containers while a command is attached to them. */
export interface Follower {
  /** begins with what the container writes from `sinceMs` (Unix time) on; a container that is followed already is left */
  readonly follow: (record: ContainerRecord, sinceMs: number) => void;
  /** resolves when every container that was followed has ended */
  readonly ended: () => Promise<void>;
  /** stops following; containers are left as they are */
  readonly stop: () => void;
}

/**
 * @param shown resolves once output may be written: a live display must not be written into
 * @param onExit hears of each container that has ended for good, with its exit code
 */
export function createFollower(
  context: Context,
  prefixes: () => Prefixes,
  shown: Promise<void>,
  onExit: (record: ContainerRecord, exitCode: number) => void,
): Follower {
  const controller = new AbortController();
  const running = new Map<string, Promise<void>>();
  const failures: unknown[] = [];
  const followOne = async (record: ContainerRecord, sinceMs: number): Promise<void> => {
    await shown;
    const write = (line: Buffer): void => void process.stdout.write(line);
    const prefix = prefixes()(record.name);
    const isLogged = record.applied.logging.driver !== 'none';
    await (isLogged ? copyLog : copyStream)(context, record, sinceMs, controller.signal, {
      stdout: createLineWriter(prefix, write),
      stderr: createLineWriter(prefix, write),
    });
    if (controller.signal.aborted) return;
    const exitCode = readCheckedStatus(context.host, record.id)?.exitCode ?? 137;
    context.output.out(`${shortName(record.stack, record.name)} exited with code ${exitCode}\n`);
    onExit(record, exitCode);
  };
  return {
    follow: (record, sinceMs) => {
      if (running.has(record.id)) return;
      running.set(
        record.id,
        followOne(record, sinceMs).catch((error: unknown) => void failures.push(error)),
      );
    },
    ended: async () => {
      for (let count = -1; count !== running.size; ) {
        count = running.size;
        await Promise.all(running.values());
      }
      if (failures.length > 0) throw failures[0];
    },
    stop: () => controller.abort(),
  };
}

type Writers = Readonly<Record<'stdout' | 'stderr', LineWriter>>;

async function copyLog(
  { host }: Context,
  { id }: ContainerRecord,
  sinceMs: number,
  signal: AbortSignal,
  writers: Writers,
): Promise<void> {
  const source = { id, log: host.paths.container(id).log, isLive: () => hasShim(host, id) };
  const range = { tail: null, since: timeKeyOf(sinceMs), until: null };
  for await (const records of followLogs([source], range, signal)) {
    for (const { stream, text } of records) writers[stream].write(Buffer.from(text));
  }
  for (const writer of Object.values(writers)) writer.flush();
}

/** A container without a log is heard live, from when it runs. */
async function copyStream(
  { host }: Context,
  { id }: ContainerRecord,
  _sinceMs: number,
  signal: AbortSignal,
  writers: Writers,
): Promise<void> {
  if (!hasShim(host, id)) return;
  const request = { kind: 'attach', stdin: false, output: true, states: false } as const;
  const stream = openStream((await host.addon.control(host.paths.container(id).runDir, request)).streamFd);
  signal.addEventListener('abort', () => stream.close(), { once: true });
  for await (const frame of stream.frames()) {
    if (frame.kind === 'stdout' || frame.kind === 'stderr') writers[frame.kind].write(frame.data);
  }
  for (const writer of Object.values(writers)) writer.flush();
}
