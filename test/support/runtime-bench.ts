import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { loadAddon } from '../../src/addon/native.js';
import { CgroupFiles } from './cgroup-files.js';
import { berthRuntime, type OciBundle, type OciConfig, OciHost, type RuntimeResult } from './oci-bundle.js';

/** A command of the runtime that runs. */
export interface RuntimeProcess {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly ended: Promise<RuntimeResult>;
}

export interface RuntimeCallOptions {
  /** what standard input holds; `null`: it stays open */
  readonly input?: string | null;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** options before the command; `--root` is always there */
  readonly global?: readonly string[];
  /** a command before the runtime's own, which executes it */
  readonly through?: readonly string[];
  /** instead of pipes; descriptors from 3 on are passed, too */
  readonly stdio?: SpawnOptions['stdio'];
}

/** An OciHost whose commands may run beside the test. */
export class RuntimeBench {
  readonly host = new OciHost(`berthtest-rt-${process.pid}`);
  readonly dir = this.host.dir;
  readonly #addon = loadAddon();

  bundle(script = 'sleep 600', change: (config: OciConfig) => void = () => undefined): OciBundle {
    return this.host.bundle((config) => {
      config.process.args = ['sh', '-c', script];
      change(config);
    });
  }

  start(args: readonly string[], options: RuntimeCallOptions = {}): RuntimeProcess {
    const words = [...(options.through ?? []), ...this.commandLine(args, options.global)];
    const child = spawn(words[0] ?? berthRuntime, words.slice(1), {
      cwd: options.cwd ?? this.dir,
      env: { PATH: process.env['PATH'], ...options.env },
      stdio: options.stdio ?? 'pipe',
    });
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
    child.stdin?.on('error', () => undefined);
    if (options.input !== null) child.stdin?.end(options.input);
    // Not `close`: a container that goes on has the same pipes.
    const ended = new Promise<RuntimeResult>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => setImmediate(() => resolve({ code, stdout: stdout(), stderr: stderr() })));
    });
    return { child, stdout, stderr, ended };
  }

  commandLine(args: readonly string[], global: readonly string[] = []): string[] {
    return [berthRuntime, '--root', join(this.dir, 'state'), ...global, ...args];
  }

  run(args: readonly string[], options: RuntimeCallOptions = {}): Promise<RuntimeResult> {
    return this.start(args, options).ended;
  }

  /** @returns stdout. @throws with what the command printed where its exit code is not 0 */
  async ok(...args: string[]): Promise<string> {
    const result = await this.run(args);
    if (result.code !== 0) throw new Error(`${args.join(' ')}: ${result.code}: ${result.stdout}${result.stderr}`);
    return result.stdout;
  }

  /** Creates it, its stdio /dev/null, and starts it. */
  async detached(bundle: OciBundle, options: readonly string[] = []): Promise<void> {
    const args = ['run', '--detach', ...options, '--bundle', bundle.dir, bundle.id];
    const result = await this.run(args, { stdio: ['ignore', 'ignore', 'pipe'] });
    if (result.code !== 0) throw new Error(`${args.join(' ')}: ${result.code}: ${result.stderr}`);
  }

  /** The id of a container that runs. */
  async running(script?: string, change?: (config: OciConfig) => void): Promise<string> {
    const bundle = this.bundle(script, change);
    await this.detached(bundle);
    return bundle.id;
  }

  async state(id: string): Promise<{ status: string; pid: number; bundle: string }> {
    return JSON.parse(await this.ok('state', id));
  }

  /** Waits until `state` says so. */
  untilStatus(id: string, status: string): Promise<void> {
    const asked = async () => expect((await this.state(id)).status).toBe(status);
    return vi.waitFor(asked, { timeout: 10_000, interval: 10 });
  }

  cgroup(id: string): CgroupFiles {
    return new CgroupFiles(this.#addon, `/berth/${this.host.stack}/${id}`);
  }

  /** Directories of a container's cgroup, in whichever hierarchies there are some. */
  cgroupDirs(id: string): string[] {
    return hierarchies()
      .map((point) => join(point, 'berth', this.host.stack, id))
      .filter((dir) => existsSync(dir));
  }

  close(): void {
    this.host.close();
  }
}

/** Mount points of cgroup hierarchies. */
function hierarchies(kind = /^cgroup2?$/): string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return lines
    .filter((line) => kind.test(line.split(' - ')[1]?.split(' ')[0] ?? ''))
    .map((line) => line.split(' ')[4] ?? '');
}

/** Executes a command where no cgroup2 tree is mounted; undefined where that leaves nothing. */
export const V1_ALONE: readonly string[] | undefined =
  hierarchies(/^cgroup$/).length === 0
    ? undefined
    : [
        'unshare',
        '--mount',
        'sh',
        '-c',
        `umount ${[...hierarchies(/^cgroup2$/), '""'].join(' ')} 2>/dev/null; exec "$@"`,
        'sh',
      ];

function collect(stream: NodeJS.ReadableStream | null): () => string {
  let text = '';
  stream?.on('data', (chunk) => {
    text += chunk;
  });
  return () => text;
}
