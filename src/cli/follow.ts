import { setTimeout as sleep } from 'node:timers/promises';
import { timeKeyOf } from '../linux/logline.js';
import { followLogs } from '../linux/logs.js';
import type { ContainerRecord } from '../linux/record.js';
import { askShim } from '../linux/shim-request.js';
import { type AttachStream, openStream } from '../linux/stream.js';
import type { Context } from './context.js';
import { createGate, type Gate } from './gate.js';
import { createLineWriter, type LineWriter } from './lines.js';
import { hasShim, readCheckedStatus } from './live.js';
import { type Prefixes, shortName } from './prefix.js';
import { renderWarning } from './report.js';

/** Shows the output of containers while a command is attached to them. */
export interface Follower {
  /** begins with what the container writes from `sinceMs` (Unix time) on; one that is followed just now is left */
  readonly follow: (record: ContainerRecord, sinceMs: number) => void;
  /** as `follow`, for one without a log: takes the attach stream over that its start was given */
  readonly followStream: (record: ContainerRecord, streamFd: number) => void;
  /** resolves when no container is followed any more */
  readonly ended: () => Promise<void>;
  readonly isIdle: () => boolean;
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
  const followOne = async (record: ContainerRecord, sinceMs: number, stream: AttachStream | null): Promise<void> => {
    const gate = createGate(shown, (line) => void process.stdout.write(line));
    const prefix = prefixes()(record.name);
    const writers = { stdout: createLineWriter(prefix, gate.write), stderr: createLineWriter(prefix, gate.write) };
    if (record.applied.logging.driver === 'none') {
      await copyStream(context, record, stream, controller.signal, writers, gate);
    } else {
      await shown;
      await copyLog(context, record, sinceMs, controller.signal, writers);
    }
    await shown;
    if (controller.signal.aborted) return;
    const status = readCheckedStatus(context.host, record.id);
    const name = shortName(record.stack, record.name);
    // Another command has replaced it, or taken the stack down, before we looked.
    if (status === null) return context.output.out(`${name} was removed\n`);
    const exitCode = status.exitCode ?? 137;
    context.output.out(`${name} exited with code ${exitCode}\n`);
    onExit(record, exitCode);
  };
  const begin = (record: ContainerRecord, sinceMs: number, stream: AttachStream | null): void => {
    const following = followOne(record, sinceMs, stream)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => running.delete(record.id));
    running.set(record.id, following);
  };
  return {
    follow: (record, sinceMs) => {
      if (!running.has(record.id)) begin(record, sinceMs, null);
    },
    followStream: (record, streamFd) => begin(record, 0, openStream(streamFd)),
    ended: async () => {
      while (running.size > 0) await Promise.all(running.values());
      if (failures.length > 0) throw failures[0];
    },
    isIdle: () => running.size === 0,
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
  const logs = { sources: () => [source], mayGrow: () => false };
  for await (const records of followLogs(logs, range, signal)) {
    for (const { stream, text } of records) writers[stream].write(Buffer.from(text));
  }
  for (const writer of Object.values(writers)) writer.flush();
}

/**
 * A container without a log is heard live: by the stream of its start, else from now on. The shim lets go of a reader that
 * holds the container up; then some of its output is lost, and we begin anew.
 */
async function copyStream(
  context: Context,
  record: ContainerRecord,
  first: AttachStream | null,
  signal: AbortSignal,
  writers: Writers,
  gate: Gate,
): Promise<void> {
  for (let stream = first ?? (await attach(context, record)); stream !== null; ) {
    const { close } = stream;
    signal.addEventListener('abort', close, { once: true });
    if (signal.aborted) close();
    for await (const frame of stream.frames()) {
      if (frame.kind === 'stdout' || frame.kind === 'stderr') writers[frame.kind].write(frame.data);
      await gate.room();
    }
    signal.removeEventListener('abort', close);
    close();
    for (const writer of Object.values(writers)) writer.flush();
    if (signal.aborted) return;
    stream = await attach(context, record);
    if (stream === null) return;
    const { output } = context;
    output.err(renderWarning(`container ${record.name}: output was lost, it was not read in time`, output.errPaint));
  }
}

const LEAVE_MS = 20;

/** The stream of a container that runs; null once its shim is leaving or has left. */
async function attach({ host }: Context, { id }: ContainerRecord): Promise<AttachStream | null> {
  const request = { kind: 'attach', stdin: false, output: true, states: false } as const;
  const reply = await askShim(host, host.paths.container(id).runDir, request);
  if (reply !== null) return openStream(reply.streamFd);
  while (hasShim(host, id)) await sleep(LEAVE_MS);
  return null;
}
