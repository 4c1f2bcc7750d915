import { constants } from 'node:os';
import type { Addon } from '../addon/addon.js';
import type { AttachStream } from '../linux/stream.js';

/** How a process in the foreground is connected to the command's own stdio. */
export interface SessionOptions {
  /** forward stdin */
  readonly stdin: boolean;
  /** the process has a terminal: ours becomes raw and tells it its size */
  readonly tty: boolean;
  /** carries a signal that we got to the process */
  readonly onSignal: (signal: number) => void;
}

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;

/**
 * Runs a process in the foreground until it ends: its output to ours, our input, signals and window sizes to it.
 *
 * @returns its exit code, 128 + signal where one ended it; null where the stream ended without one
 */
export async function runSession(addon: Addon, stream: AttachStream, options: SessionOptions): Promise<number | null> {
  const undo: (() => void)[] = [forwardSignals(options.onSignal)];
  try {
    if (options.tty && process.stdin.isTTY) undo.push(makeRaw(addon), forwardSize(stream));
    if (options.stdin) undo.push(forwardInput(stream));
    return await copyOutput(stream);
  } finally {
    for (const step of undo.reverse()) step();
    stream.close();
  }
}

function forwardSignals(onSignal: (signal: number) => void): () => void {
  const handlers = FORWARDED.map((name) => ({ name, handle: () => onSignal(constants.signals[name]) }));
  for (const { name, handle } of handlers) process.on(name, handle);
  return () => {
    for (const { name, handle } of handlers) process.off(name, handle);
  };
}

function makeRaw(addon: Addon): () => void {
  const token = addon.rawTerminal(0);
  return () => addon.restoreTerminal(0, token);
}

function forwardSize(stream: AttachStream): () => void {
  const send = () => stream.resize(process.stdout.rows ?? 24, process.stdout.columns ?? 80);
  send();
  process.on('SIGWINCH', send);
  return () => void process.off('SIGWINCH', send);
}

/** Reads no further before the shim has taken a chunk: a slow process holds the writer at our stdin back. */
function forwardInput(stream: AttachStream): () => void {
  const input = process.stdin;
  const copy = async () => {
    for await (const chunk of input) await stream.write(Buffer.from(chunk));
    stream.endStdin();
  };
  copy().catch(() => stream.endStdin());
  return () => void input.destroy();
}

async function copyOutput(stream: AttachStream): Promise<number | null> {
  let code: number | null = null;
  for await (const frame of stream.frames()) {
    if (frame.kind === 'stdout') await write(process.stdout, frame.data);
    if (frame.kind === 'stderr') await write(process.stderr, frame.data);
    if (frame.kind !== 'exit') continue;
    code = frame.code;
    break;
  }
  return code;
}

/** Resolves when the stream takes more, so that a reader who stops holds the process back instead of filling memory. */
function write(stream: NodeJS.WriteStream, data: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (stream.write(data)) resolve();
    else stream.once('drain', () => resolve());
  });
}
