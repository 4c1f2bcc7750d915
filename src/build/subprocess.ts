import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { BerthError } from '../errors.js';

export interface SubprocessOptions {
  /** descriptor for its stdout; null: its output is told like its errors */
  readonly stdout: number | null;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

const TAIL_LINES = 20;

/**
 * Runs a program of the host to its end.
 * @throws BerthError UNSUPPORTED where it isn't installed; SYSTEM with the last lines of its output where it failed
 */
export async function runSubprocess(
  program: string,
  args: readonly string[],
  { stdout, env, signal, progress }: SubprocessOptions,
): Promise<void> {
  const tail = createTail();
  // With us killed, it gets SIGTERM, upon which it cleans up after itself.
  const wrapped = ['--pdeathsig', 'TERM', '--', 'env', ...assignments(env ?? {}), program, ...args];
  const child = spawn('setpriv', wrapped, {
    stdio: ['ignore', stdout ?? 'pipe', 'pipe'],
    signal,
    killSignal: 'SIGTERM',
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      tail.add(line);
      progress(line);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 127) {
    throw new BerthError('UNSUPPORTED', `run ${program}: it is not installed`, {
      hint: `install the package ${program}`,
    });
  }
  if (code !== 0) throw new BerthError('SYSTEM', `run ${program}: exit code ${code}${tail.text()}`);
}

/** What env(1) sets on top of our own environment. */
function assignments(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}

export interface Tail {
  add(line: string): void;
  /** the last lines, each on a line of its own; empty: nothing was said */
  text(): string;
}

export function createTail(): Tail {
  const lines: string[] = [];
  return {
    add(line) {
      lines.push(line);
      if (lines.length > TAIL_LINES) lines.shift();
    },
    text: () => lines.map((line) => `\n  ${line}`).join(''),
  };
}
