import { describe, expect, it } from 'vitest';
import { UNTIL_TERM, withBench } from '../support/cli.js';

const TWO = `
services:
  web:
    image: box
    command: ${UNTIL_TERM}
    network_mode: none
    labels: { tier: front }
    volumes: [data:/data, ./rootfs/etc:/host:ro]
    healthcheck: { test: [CMD, "true"], interval: 1s, start_interval: 100ms, start_period: 5s }
  job:
    image: box
    command: [sh, -c, 'exit 3']
    network_mode: none
volumes:
  data:
`;

describe('ps', () => {
  it('shows what runs, with -a all, and what is asked for alone', () =>
    withBench('berthtestps1', async ({ write, ok, berth }) => {
      write(TWO);
      await berth(['up', '-d', '--wait', '--wait-timeout', '20']);
      await expect.poll(() => ok('ps', '--status', 'exited'), { timeout: 10_000 }).toContain('Exited (3)');
      const table = await ok('ps');
      expect(table).toMatch(/^NAME +IMAGE +COMMAND +SERVICE +CREATED +STATUS\n/);
      expect(table).toMatch(/\nberthtestps1-web-1 +box +"sh -c trap "exit 0"…" +web +.* ago +Up .*\n$/);
      expect(await ok('ps', '-a')).toMatch(/\nberthtestps1-job-1 .* Exited \(3\) .* ago\n/);
      expect(await ok('ps', '--services')).toBe('web\n');
      expect(await ok('ps', '-a', '--services')).toBe('job\nweb\n');
      expect(await ok('ps', '-q')).toMatch(/^[0-9a-f]{64}\n$/);
      expect(await ok('ps', '-q', 'job')).toBe('');
      expect((await berth(['ps', '--status', 'gone'])).code).toBe(2);
      expect((await berth(['ps', 'nobody'])).stderr).toContain("no container of service 'nobody'");
    }));

  it('prints an object a line as JSON', () =>
    withBench('berthtestps2', async ({ write, ok, dir }) => {
      write(TWO);
      await ok('up', '-d', '--wait', 'web');
      const line = await ok('ps', '--format', 'json');
      expect(line.split('\n')).toHaveLength(2);
      const row: unknown = JSON.parse(line);
      expect(row).toMatchObject({
        Name: 'berthtestps2-web-1',
        Service: 'web',
        Project: 'berthtestps2',
        Image: 'box',
        State: 'running',
        Health: 'healthy',
        ExitCode: 0,
        Publishers: [],
        LocalVolumes: '1',
        Mounts: `berthtestps2_data,${dir}/rootfs/etc`,
        Pid: expect.any(Number),
        Labels: expect.stringContaining('com.docker.compose.service=web'),
      });
      expect(row).toMatchObject({ Labels: expect.stringContaining('tier=front') });
    }));

  it('needs no stack file with -p', () =>
    withBench('berthtestps3', async ({ ok }) => {
      expect(await ok('ps', '--format', 'json')).toBe('');
      expect((await ok('ps', '-a')).split('\n')).toHaveLength(2);
    }));
});

describe('ls', () => {
  it('lists stacks with the states of their containers', () =>
    withBench('berthtestps4', async ({ write, ok, dir }) => {
      expect(await ok('ls', '--format', 'json')).toBe('[]\n');
      write(TWO);
      await ok('up', '-d', 'web');
      expect(JSON.parse(await ok('ls', '--format', 'json'))).toEqual([
        { Name: 'berthtestps4', Status: 'running(1)', ConfigFiles: `${dir}/compose.yaml` },
      ]);
      expect(await ok('ls')).toMatch(/^NAME +STATUS +CONFIG FILES\nberthtestps4 +running\(1\) /);
      await ok('stop');
      expect(await ok('ls', '-q')).toBe('');
      expect(await ok('ls', '-a', '-q')).toBe('berthtestps4\n');
      await ok('down');
      expect(await ok('ls', '-a', '-q')).toBe('');
    }));
});
