import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { until } from '../support/bundle.js';
import { type Bench, UNTIL_TERM, withBench } from '../support/cli.js';

const POLICIES = `
services:
  db:
    image: box
    command: ${UNTIL_TERM}
    network_mode: none
    restart: always
    healthcheck: { test: [CMD, "true"], interval: 1s, start_interval: 100ms, start_period: 5s }
  job:
    image: box
    command: ["true"]
    network_mode: none
  web:
    image: box
    command: ${UNTIL_TERM}
    network_mode: service:db
    restart: unless-stopped
    depends_on:
      db: { condition: service_healthy }
      job: { condition: service_completed_successfully }
  stopped:
    image: box
    command: ${UNTIL_TERM}
    network_mode: none
    restart: unless-stopped
  killed:
    image: box
    command: ${UNTIL_TERM}
    network_mode: none
    restart: unless-stopped
  once:
    image: box
    command: ${UNTIL_TERM}
    network_mode: none
`;

async function running({ ok }: Bench): Promise<readonly string[]> {
  return (await ok('ps', '--services')).split('\n').filter((name) => name !== '');
}

/** What a reboot leaves of the stack: its processes, mounts and the run directory are gone. */
async function reboot(bench: Bench, run: string): Promise<void> {
  const lines = (await bench.ok('ps', '--format', 'json')).trim().split('\n');
  for (const line of lines) {
    const row: Record<string, unknown> = JSON.parse(line);
    const init = Number(row['Pid']);
    const shim = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${init}/status`, 'utf8'))?.[1]);
    process.kill(shim, 'SIGKILL');
    await until(() => expect([shim, init].filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]));
  }
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '');
  for (const point of mounts.filter((path) => path.startsWith(`${run}/`))) execFileSync('umount', [point]);
  rmSync(run, { recursive: true });
}

describe('boot', () => {
  it('starts what its policy asks for, in order; what was stopped by hand stays', () =>
    withBench('berthtestboot1', async (bench) => {
      bench.write(POLICIES);
      await bench.ok('up', '-d');
      await bench.ok('stop', 'stopped');
      await bench.ok('kill', '-s', 'HUP', 'db');
      await bench.ok('kill', 'killed');
      await expect.poll(() => running(bench), { timeout: 10_000 }).toEqual(['db', 'once', 'web']);
      const ids = await bench.ok('ps', '-a', '-q', '--no-trunc');
      await reboot(bench, join(bench.root, '../run'));
      expect(await running(bench)).toEqual([]);
      const { stderr } = await bench.berth(['boot']);
      expect(stderr).not.toContain('error');
      expect(await running(bench)).toEqual(['db', 'web']);
      expect(await bench.ok('ps', '-a', '-q', '--no-trunc')).toBe(ids);
      expect(await bench.ok('boot')).toBe('');
      expect(await running(bench)).toEqual(['db', 'web']);
    }));

  it('has nothing to do without stacks', () =>
    withBench('berthtestboot2', async ({ berth }) => {
      expect(await berth(['boot'])).toEqual({ code: 0, stdout: '', stderr: '' });
    }));
});

describe('boot enable and disable', () => {
  it('writes a unit that systemd reads without a complaint', (ctx) => {
    if (spawnSync('systemd-analyze', ['--version']).status !== 0) ctx.skip('no systemd-analyze on this machine');
    return withBench('berthtestboot4', async ({ dir, shell }) => {
      const script = [
        'mount -t tmpfs tmpfs /etc/systemd/system',
        shell('boot', 'enable'),
        `cp /etc/systemd/system/berth-boot.service ${dir}`,
      ].join(' && ');
      execFileSync('unshare', ['-m', 'sh', '-c', script]);
      const command = ['verify', '--man=no', '--recursive-errors=no', join(dir, 'berth-boot.service')];
      const { status, stdout, stderr } = spawnSync('systemd-analyze', command, { encoding: 'utf8' });
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
    });
  });

  it('writes one unit that systemd would start, and removes it', () =>
    withBench('berthtestboot3', async ({ shell, root }) => {
      const unit = '/etc/systemd/system/berth-boot.service';
      const link = '/etc/systemd/system/multi-user.target.wants/berth-boot.service';
      // On a directory that nobody but this shell sees.
      const script = [
        'mount -t tmpfs tmpfs /etc/systemd/system',
        shell('boot', 'enable'),
        `cat ${unit}`,
        `readlink ${link}`,
        shell('boot', 'enable'),
        shell('boot', 'disable'),
        'find /etc/systemd/system ! -type d',
        shell('boot', 'disable'),
      ].join(' && ');
      const text = execFileSync('unshare', ['-m', 'sh', '-c', script], { encoding: 'utf8' });
      expect(text).toContain(`ExecStart=${process.execPath} `);
      expect(text).toContain(` --root ${root} --run ${join(root, '../run')} boot\n`);
      expect(text.endsWith(`WantedBy=multi-user.target\n${unit}\n${unit}\n`)).toBe(true);
    }));
});
