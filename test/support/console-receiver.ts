import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** A process that listens where a runtime sends the terminal of a container's process: `--console-socket`. */
export class ConsoleReceiver {
  readonly socket: string;
  readonly #output: Promise<string>;

  private constructor(socket: string, child: ChildProcess & { stdout: NodeJS.ReadableStream }) {
    this.socket = socket;
    this.#output = text(child.stdout);
  }

  /** @param dir where its executable and its socket are made; once only */
  static async listen(dir: string): Promise<ConsoleReceiver> {
    const [program, socket] = [join(dir, 'console-receiver'), join(dir, 'console.sock')];
    execFileSync('gcc', ['-O1', '-o', program, 'test/support/console-receiver.c']);
    const child = spawn(program, [socket], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'readable');
    return new ConsoleReceiver(socket, child);
  }

  /** What was written to the terminal until nobody had it open any more. */
  async output(): Promise<string> {
    return (await this.#output).replace('listening\n', '');
  }
}
