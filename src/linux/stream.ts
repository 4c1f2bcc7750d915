import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { BerthError } from '../errors.js';
import { errnoOf } from './json.js';

/**
 * The attach stream between a command and a shim (native/shim/protocol.h): frames of an 8-byte header and a payload, type
 * in byte 0, payload length in bytes 4 to 7 in network byte order.
 */
export type Frame =
  | { readonly kind: 'stdout' | 'stderr'; readonly data: Buffer }
  /** status text after a change of state */
  | { readonly kind: 'status'; readonly text: string }
  /** 128 + signal where a signal ended it; the last frame of a run */
  | { readonly kind: 'exit'; readonly code: number };

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const STDIN_EOF = 3;
const RESIZE = 4;
const SIGNAL = 5;
const STATUS = 6;
const EXIT = 7;

const HEADER_BYTES = 8;
const MAX_PAYLOAD = 65536;

export interface DecodeResult {
  readonly frames: readonly Frame[];
  /** the beginning of a frame whose end has not come yet */
  readonly rest: Buffer;
}

/**
 * Takes whole frames from the front of what was received. Types that this version doesn't know are skipped.
 * @throws BerthError SYSTEM for a length that no shim sends: the stream is not what it should be
 */
export function decodeFrames(received: Buffer): DecodeResult {
  const frames: Frame[] = [];
  let at = 0;
  while (received.length - at >= HEADER_BYTES) {
    const length = received.readUInt32BE(at + 4);
    if (length > MAX_PAYLOAD)
      throw new BerthError('SYSTEM', `read attach stream: a frame of ${length} bytes, expected at most ${MAX_PAYLOAD}`);
    const end = at + HEADER_BYTES + length;
    if (end > received.length) break;
    const frame = toFrame(received.readUInt8(at), received.subarray(at + HEADER_BYTES, end));
    if (frame !== null) frames.push(frame);
    at = end;
  }
  return { frames, rest: received.subarray(at) };
}

function toFrame(type: number, payload: Buffer): Frame | null {
  switch (type) {
    case STDOUT:
      return { kind: 'stdout', data: payload };
    case STDERR:
      return { kind: 'stderr', data: payload };
    case STATUS:
      return { kind: 'status', text: payload.toString('utf8') };
    case EXIT:
      return payload.length === 4 ? { kind: 'exit', code: payload.readInt32BE(0) } : null;
    default:
      return null;
  }
}

/** Frames that carry `data` to the container's stdin; long data takes several. */
export function encodeStdin(data: Buffer): readonly Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < data.length; at += MAX_PAYLOAD) {
    frames.push(encode(STDIN, data.subarray(at, at + MAX_PAYLOAD)));
  }
  return frames;
}

export function encodeStdinEof(): Buffer {
  return encode(STDIN_EOF, Buffer.alloc(0));
}

export function encodeResize(rows: number, columns: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt16BE(Math.min(rows, 0xffff), 0);
  payload.writeUInt16BE(Math.min(columns, 0xffff), 2);
  return encode(RESIZE, payload);
}

export function encodeSignal(signal: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeInt32BE(signal, 0);
  return encode(SIGNAL, payload);
}

function encode(type: number, payload: Buffer): Buffer {
  const frame = Buffer.alloc(HEADER_BYTES + payload.length);
  frame.writeUInt8(type, 0);
  frame.writeUInt32BE(payload.length, 4);
  payload.copy(frame, HEADER_BYTES);
  return frame;
}

/** A command's end of an attach stream. */
export interface AttachStream {
  /** what comes from the container until the shim closes; read by one loop, which holds the container back if it is slow */
  frames(): AsyncGenerator<Frame, void, undefined>;
  /** resolves when the shim has taken the bytes, so that a caller who awaits it never holds more than a chunk */
  write(data: Buffer): Promise<void>;
  endStdin(): void;
  /** size of the terminal in cells */
  resize(rows: number, columns: number): void;
  /** to a process started by `exec` */
  signal(signal: number): void;
  /** ends the stream; the container is left as it is */
  close(): void;
}

/**
 * Takes over the descriptor. The shim may close its end while we still write; Node would then drop what was read but not
 * yet consumed, the exit code among it. So frames are written past the socket's own queue, and chunks are kept by us.
 */
export function openStream(fd: number): AttachStream {
  const socket = new Socket({ fd, readable: true, writable: false });
  const send = createSender(fd, () => socket.destroyed);
  const sendLater = (frame: Buffer): void => void send([frame]);
  const chunks = createChunks(socket);
  return {
    frames: () => readFrames(chunks),
    write: (data) => send(encodeStdin(data)),
    endStdin: () => sendLater(encodeStdinEof()),
    resize: (rows, columns) => sendLater(encodeResize(rows, columns)),
    signal: (signal) => sendLater(encodeSignal(signal)),
    close: () => void socket.destroy(),
  };
}

const FULL_RETRY_MS = 2; // the socket takes no more: the process is slow to read its stdin

/** Writes frames one after another; what is written when the other side has gone is lost, as it would be in a pipe. */
function createSender(fd: number, isClosed: () => boolean): (frames: readonly Buffer[]) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  const sendAll = async (frames: readonly Buffer[]): Promise<void> => {
    for (const frame of frames) {
      for (let at = 0; at < frame.length && !isClosed(); ) {
        const written = writeSome(fd, frame.subarray(at));
        if (written === null) return;
        if (written === 0) await sleep(FULL_RETRY_MS);
        at += written;
      }
    }
  };
  return (frames) => {
    last = last.then(() => sendAll(frames));
    return last;
  };
}

/** @returns bytes that were taken, 0 where none are now; null: nobody reads any more */
function writeSome(fd: number, data: Buffer): number | null {
  try {
    return writeSync(fd, data);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'EAGAIN') return 0;
    if (code === 'EPIPE' || code === 'ECONNRESET') return null;
    throw error;
  }
}

/** Chunks that wait for their reader; while they are many, no more is read and the container is held back. */
interface Chunks {
  /** null: the other side has closed, or we have */
  next(): Promise<Buffer | null>;
}

const MAX_WAITING_BYTES = 4 * MAX_PAYLOAD;

function createChunks(socket: Socket): Chunks {
  const waiting: Buffer[] = [];
  let bytes = 0;
  let isOver = false;
  let failure: Error | null = null;
  let wake: () => void = () => undefined;
  const end = (): void => {
    isOver = true;
    wake();
  };
  socket.on('data', (chunk: Buffer) => {
    waiting.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_WAITING_BYTES) socket.pause();
    wake();
  });
  socket.on('error', (error) => {
    if (!isEnd(error)) failure = error;
  });
  socket.on('end', end);
  socket.on('close', end);
  return {
    async next() {
      while (waiting.length === 0 && !isOver) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const chunk = waiting.shift() ?? null;
      if (chunk === null && failure !== null) throw failure;
      bytes -= chunk?.length ?? 0;
      if (bytes <= MAX_WAITING_BYTES && socket.isPaused()) socket.resume();
      return chunk;
    },
  };
}

async function* readFrames(chunks: Chunks): AsyncGenerator<Frame, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  for (let chunk = await chunks.next(); chunk !== null; chunk = await chunks.next()) {
    const decoded = decodeFrames(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]));
    rest = decoded.rest;
    yield* decoded.frames;
  }
}

/** Names of "the other side has gone". */
function isEnd(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE'].includes(errnoOf(error));
}
