import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';

/** Another engine on this machine, which has our runtime and a place of its own for everything. */
export interface Engine {
  readonly dir: string;
  /** Runs a command of the engine's to its end; its output is both of its streams. */
  readonly call: (...args: string[]) => EngineResult;
  readonly close: () => Promise<void>;
}

export interface EngineResult {
  readonly code: number | null;
  readonly output: string;
}

/** The image of the tests: busybox. */
export const engineImage = 'localhost/berthtest:1';

export function isInstalled(...programs: readonly string[]): boolean {
  return programs.every((program) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0);
}

export function callEngine(program: string, args: readonly string[], env: NodeJS.ProcessEnv): EngineResult {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  if (error) throw error;
  return { code: status, output: `${stdout}${stderr}`.trim() };
}

/** An archive with busybox's root file system, for `import`. */
export function writeImageArchive(dir: string): string {
  const root = join(dir, 'image');
  for (const name of ['bin', 'etc', 'tmp']) mkdirSync(join(root, name), { recursive: true });
  copyFileSync('/bin/busybox', join(root, 'bin/busybox'));
  const applets = execFileSync('/bin/busybox', ['--list'], { encoding: 'utf8' }).trim().split('\n');
  for (const applet of applets) if (applet !== 'busybox') symlinkSync('busybox', join(root, 'bin', applet));
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\n');
  const archive = join(dir, 'image.tar');
  execFileSync('tar', ['-C', root, '-cf', archive, '.']);
  return archive;
}

/** Waits until no process has `dir` in its command line: engines clean up beside their commands. */
export async function untilNoProcess(dir: string): Promise<void> {
  await vi.waitFor(
    () => {
      const left = processesOf(dir);
      if (left.length > 0) throw new Error(`still running: ${left.join('; ')}`);
    },
    { timeout: 20_000, interval: 50 },
  );
}

function processesOf(dir: string): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .map(commandLine)
    .filter((line) => line.includes(dir));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // it has ended
  }
}
