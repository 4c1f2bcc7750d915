import { Socket } from 'node:net';
import { BerthError } from '../errors.js';

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
    if (length > MAX_PAYLOAD) throw new BerthError('SYSTEM', `read attach stream: a frame of ${length} bytes, expected at most ${MAX_PAYLOAD}`);
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

/** Takes over the descriptor. */
export function openStream(fd: number): AttachStream {
  const socket = new Socket({ fd, readable: true, writable: true, allowHalfOpen: true });
  // A shim that has gone shows as the end of `frames`; what is written after that is lost as it would be in a pipe.
  socket.on('error', () => socket.destroy());
  return {
    frames: () => readFrames(socket),
    write: (data) => writeAll(socket, encodeStdin(data)),
    endStdin: () => void socket.write(encodeStdinEof()),
    resize: (rows, columns) => void socket.write(encodeResize(rows, columns)),
    signal: (signal) => void socket.write(encodeSignal(signal)),
    close: () => void socket.destroy(),
  };
}

async function* readFrames(socket: Socket): AsyncGenerator<Frame, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      const decoded = decodeFrames(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]));
      rest = decoded.rest;
      yield* decoded.frames;
    }
  } catch (error) {
    if (!isEnd(error)) throw error;
  }
}

/** Node's names for "the other side has gone" and "we have closed". */
function isEnd(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes(String(error.code))
  );
}

async function writeAll(socket: Socket, frames: readonly Buffer[]): Promise<void> {
  for (const frame of frames) {
    if (socket.destroyed) return;
    await new Promise<void>((resolve) => socket.write(frame, () => resolve()));
  }
}
