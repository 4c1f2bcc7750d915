import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { callEngine, type Engine, engineImage, untilNoProcess, writeImageArchive } from './engine.js';
import { berthRuntime, removeCgroups } from './oci-bundle.js';
import { assertWorldClean, snapshotWorld } from './world.js';

/** A dockerd of the test's own, in a network namespace of its own, that has our runtime as its default. */
export async function startDocker(stack: string): Promise<Engine> {
  const dir = mkdtempSync(join(tmpdir(), 'berthtest-docker-'));
  const before = snapshotWorld({ dirs: [dir], stacks: [stack] });
  mkdirSync(join(dir, 'cli'));
  const runtimes = { berth: { path: berthRuntime } };
  writeFileSync(join(dir, 'daemon.json'), JSON.stringify({ runtimes, 'default-runtime': 'berth' }));
  const daemon = spawn('unshare', ['--net', 'dockerd', ...daemonOptions(dir, stack)], {
    stdio: ['ignore', openSync(join(dir, 'log'), 'w'), 'inherit'],
  });
  const env = { DOCKER_HOST: `unix://${dir}/sock`, DOCKER_CONFIG: join(dir, 'cli') };
  const call = (...args: string[]) => callEngine('docker', args, env);
  const close = async () => {
    try {
      const { output } = call('ps', '--all', '--quiet');
      if (output !== '') call('rm', '--force', ...output.split('\n'));
      await stop(daemon);
      await untilNoProcess(dir);
      removeCgroups(stack);
      rmSync(dir, { recursive: true });
      assertWorldClean({ ...before, lines: { ...before.lines, file: [] } });
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  };
  try {
    await vi.waitFor(() => expectDone(call('version'), dir), { timeout: 50_000, interval: 100 });
    expectDone(call('import', writeImageArchive(dir), engineImage), dir);
  } catch (error) {
    await close();
    throw error;
  }
  return { dir, call, close };
}

function daemonOptions(dir: string, stack: string): string[] {
  return [
    ...['--config-file', join(dir, 'daemon.json'), '--host', `unix://${dir}/sock`, '--pidfile', join(dir, 'pid')],
    ...['--data-root', join(dir, 'data'), '--exec-root', join(dir, 'run'), '--storage-driver', 'vfs'],
    ...['--bridge=none', '--iptables=false', '--ip-forward=false', '--cgroup-parent', `/berth/${stack}`],
  ];
}

async function stop(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null) return;
  daemon.kill('SIGTERM');
  await once(daemon, 'exit');
}

function expectDone({ code, output }: { code: number | null; output: string }, dir: string): void {
  if (code !== 0) throw new Error(`${output}\n${readFileSync(join(dir, 'log'), 'utf8').slice(-2000)}`);
}
