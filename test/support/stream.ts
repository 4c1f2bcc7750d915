import { once } from 'node:events';
import { Socket } from 'node:net';

/** Frame types of the attach stream; native/shim/protocol.h. */
export const frame = { stdin: 0, stdout: 1, stderr: 2, stdinEof: 3, resize: 4, signal: 5, status: 6, exit: 7 } as const;

/** A client of the attach stream that keeps all it was sent. */
export class StreamClient {
  /** everything of stdout and stderr, in the order it came */
  output = '';
  errors = '';
  readonly statuses: string[] = [];
  readonly exitCodes: number[] = [];
  readonly closed: Promise<unknown>;
  readonly #socket: Socket;
  #pending: Buffer = Buffer.alloc(0);

  constructor(fd: number) {
    this.#socket = new Socket({ fd, readable: true, writable: true });
    this.#socket.on('data', (data) => this.#take(data));
    this.#socket.on('error', () => {});
    this.closed = once(this.#socket, 'close');
  }

  send(type: number, payload: Buffer | string): void {
    const body = Buffer.from(payload);
    const header = Buffer.alloc(8);
    header[0] = type;
    header.writeUInt32BE(body.length, 4);
    this.#socket.write(Buffer.concat([header, body]));
  }

  resize(rows: number, columns: number): void {
    const payload = Buffer.alloc(4);
    payload.writeUInt16BE(rows, 0);
    payload.writeUInt16BE(columns, 2);
    this.send(frame.resize, payload);
  }

  signal(number: number): void {
    const payload = Buffer.alloc(4);
    payload.writeInt32BE(number);
    this.send(frame.signal, payload);
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(data: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, data]);
    while (this.#pending.length >= 8) {
      const length = this.#pending.readUInt32BE(4);
      if (this.#pending.length < 8 + length) return;
      this.#frame(this.#pending[0] ?? -1, this.#pending.subarray(8, 8 + length));
      this.#pending = this.#pending.subarray(8 + length);
    }
  }

  #frame(type: number, payload: Buffer): void {
    if (type === frame.stdout || type === frame.stderr) this.output += payload.toString();
    if (type === frame.stderr) this.errors += payload.toString();
    if (type === frame.status) this.statuses.push(payload.toString());
    if (type === frame.exit) this.exitCodes.push(payload.readInt32BE(0));
  }
}
