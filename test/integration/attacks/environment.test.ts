import { execFileSync, spawnSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { withBench } from '../../support/cli.js';

// What the caller's environment and umask must not do to what it starts, and what an image's must not do to us
// (CVE-2024-25621).

const HOSTILE = {
  LD_PRELOAD: '/evil.so',
  LD_LIBRARY_PATH: '/evil',
  NODE_OPTIONS: '--require=/evil.js',
  BERTHTEST: 'x',
};

const stack = `
services:
  web:
    image: box
    command: [sh, -c, 'cat /proc/self/environ | tr "\\\\0" "\\\\n"; echo end; exec sleep 600']
    environment: ${JSON.stringify(HOSTILE)}
    user: guest
    stop_signal: SIGKILL
    network_mode: none
    volumes: [data:/data]
volumes:
  data:
`;

/** Pids of processes, the shim of a run directory. */
function shims(run: string): string[] {
  return readdirSync(join(run, 'containers')).map((id) => {
    const lock = readFileSync(join(run, 'containers', id, 'lock'), 'utf8');
    return /^shim_pid=(\d+)$/m.exec(lock)?.[1] ?? '';
  });
}

/** Files and directories that others than root may do to what they should not, with their modes. */
function tooOpen(dir: string, forbidden: number): string[] {
  const skipped = /\/(diff|merged|_data|l)(\/|$)/;
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((path) => !skipped.test(path))
    .filter((path) => {
      const stats = lstatSync(path);
      return !stats.isSymbolicLink() && (stats.mode & forbidden) !== 0;
    })
    .map((path) => `${path} ${(lstatSync(path).mode & 0o7777).toString(8)}`);
}

it("a service's environment is its command's alone, and the caller's is nobody's", () =>
  withBench('berthtestenv1', async ({ write, shell, run, ok, dir }) => {
    write(stack);
    const caller = { PATH: String(process.env['PATH']), BERTHTEST_CALLER: 'secret', LD_AUDIT: '/absent-audit.so' };
    const { status, stderr } = spawnSync('sh', ['-c', shell('up', '-d')], { env: caller, cwd: dir, encoding: 'utf8' });
    expect(`${status} ${stderr}`).toMatch(/^0 /);
    for (const pid of shims(run)) {
      expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).toBe('');
      expect(readFileSync(`/proc/${pid}/maps`, 'utf8')).not.toContain('.so');
    }
    const logs = await ok('logs', '--no-log-prefix');
    expect(logs).toContain('LD_PRELOAD=/evil.so');
    expect(logs).toContain('NODE_OPTIONS=--require=/evil.js');
    expect(logs).not.toContain('BERTHTEST_CALLER');
    // The control: a process that is simply started has it all.
    const inherited = execFileSync('cat', ['/proc/self/environ'], { env: caller, encoding: 'utf8' });
    expect(inherited).toContain('BERTHTEST_CALLER=secret');
  }));

it.each(['000', '077'])('under umask %s what is kept is as private as under any', (umask) =>
  withBench(`berthtestmask${umask}`, async ({ write, shell, root, run, dir, ok }) => {
    write(stack);
    // The control: what is made under it has the modes that the umask leaves.
    const script = `umask ${umask}; : > plain; ${shell('up', '-d')}`;
    const { status, stderr } = spawnSync('sh', ['-c', script], { cwd: dir, encoding: 'utf8' });
    expect(`${status} ${stderr}`).toMatch(/^0 /);
    expect(lstatSync(join(dir, 'plain')).mode & 0o777).toBe(0o666 & ~Number.parseInt(umask, 8));
    expect([...tooOpen(root, 0o022), ...tooOpen(run, 0o022)]).toEqual([]);
    const secret = /\/(config\.json|record\.json|supervise|state\.json|status|lock|control|.*-json\.log)$/;
    expect(
      [...tooOpen(root, 0o007), ...tooOpen(run, 0o007)].filter((line) => secret.test(line.split(' ')[0] ?? '')),
    ).toEqual([]);
    for (const private_ of ['stacks', 'containers', 'image']) {
      for (const entry of readdirSync(join(root, private_))) {
        expect(lstatSync(join(root, private_, entry)).mode & 0o007, `${private_}/${entry}`).toBeLessThanOrEqual(0o001);
      }
    }
    expect(await ok('logs', '--no-log-prefix')).toContain('end');
  }),
);
