import { describe, expect, it, vi } from 'vitest';
import { withBench } from '../support/cli.js';

const stack = `
services:
  one:
    image: box
    command: [sh, -c, 'for n in 1 2 3; do echo line $$n; done; until test -e /tmp/go; do sleep 0.1; done; echo last']
    network_mode: none
    stop_grace_period: 0s
  second:
    image: box
    command: [echo, hello]
    network_mode: none
`;

describe('logs', () => {
  it('shows what was written, with prefixes, times and limits', () =>
    withBench('berthtestlogs1', async (bench) => {
      bench.write(stack);
      await bench.ok('up', '-d');
      await vi.waitFor(async () => expect(await bench.ok('logs')).toContain('line 3'), { timeout: 20_000 });
      expect(await bench.ok('logs', 'one')).toBe('one-1  | line 1\none-1  | line 2\none-1  | line 3\n');
      expect(await bench.ok('logs', '-n', '1', '--no-log-prefix', 'one')).toBe('line 3\n');
      expect(await bench.ok('logs', '-t', '-n', '1', '--no-log-prefix', 'one')).toMatch(
        /^\d{4}-\d\d-\d\dT\S+Z line 3\n$/,
      );
      expect(await bench.ok('logs', '--since', '2001-01-01', '--until', '2001-01-02')).toBe('');
      await vi.waitFor(async () => expect(await bench.ok('logs', 'second')).toBe('second-1  | hello\n'), {
        timeout: 20_000,
      });
      expect(await bench.ok('logs')).toContain('one-1     | line 1\n');
      expect((await bench.berth(['logs', 'nosuch'])).code).toBe(1);
    }));

  it('follows until the containers have ended', () =>
    withBench('berthtestlogs2', async (bench) => {
      bench.write(stack);
      await bench.ok('up', '-d');
      const command = bench.start('logs', '-f', '--no-log-prefix', 'one');
      await vi.waitFor(() => expect(command.stdout()).toBe('line 1\nline 2\nline 3\n'), { timeout: 20_000 });
      await bench.ok('exec', 'one', 'touch', '/tmp/go');
      expect(await command.ended).toEqual({ code: 0, stdout: 'line 1\nline 2\nline 3\nlast\n', stderr: '' });
    }));

  it('follows containers that come later: replicas, and the one that replaces the last', () =>
    withBench('berthtestlogs3', async (bench) => {
      const one = (stage: string): string => `
services:
  web:
    image: box
    command: [sh, -c, 'echo ${stage} of $$HOSTNAME; until test -e /tmp/go; do sleep 0.1; done']
    network_mode: none
    stop_grace_period: 0s
`;
      bench.write(one('first'));
      await bench.ok('up', '-d');
      const command = bench.start('logs', '-f', '-n', '0');
      bench.write(one('second'));
      await bench.ok('up', '-d');
      await bench.ok('up', '-d', '--scale', 'web=3');
      await vi.waitFor(
        () => {
          const prefixes = [...command.stdout().matchAll(/^(web-\d) +\| second of /gm)].map(([, name]) => name);
          expect(prefixes.sort()).toEqual(['web-1', 'web-2', 'web-3']);
        },
        { timeout: 20_000 },
      );
      await bench.ok('stop');
      expect((await command.ended).code).toBe(0);
    }));
});
