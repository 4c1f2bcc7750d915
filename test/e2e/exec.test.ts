import { describe, expect, it } from 'vitest';
import { withBench } from '../support/cli.js';

const stack = `
services:
  web:
    image: box
    command: [sleep, '1000']
    environment: { A: one }
    network_mode: none
    stop_grace_period: 0s
`;

describe('exec', () => {
  it('runs a command in a container, with its code, streams, user and directory', () =>
    withBench('berthtestexec1', async (bench) => {
      bench.write(stack);
      await bench.ok('up', '-d');
      expect(await bench.berth(['exec', 'web', 'sh', '-c', 'echo out; echo err >&2; exit 3'])).toEqual({
        code: 3,
        stdout: 'out\n',
        stderr: 'err\n',
      });
      expect((await bench.berth(['exec', 'web', 'cat'], 'from stdin\n')).stdout).toBe('from stdin\n');
      expect(
        await bench.ok(
          'exec',
          '-u',
          'guest',
          '-w',
          '/tmp',
          '-e',
          'B=two',
          'web',
          'sh',
          '-c',
          'id -u; pwd; echo $A $B $HOME',
        ),
      ).toBe('1000\n/tmp\none two /home/guest\n');
      expect((await bench.berth(['exec', 'web', 'sh', '-c', 'kill -9 $$'])).code).toBe(137);
      await bench.ok('exec', '-d', 'web', 'touch', '/tmp/detached');
      await bench.ok('exec', 'web', 'sh', '-c', 'until test -e /tmp/detached; do sleep 0.1; done');
    }));

  it('tells what is missing from what cannot run, as Docker does', () =>
    withBench('berthtestexec2', async (bench) => {
      bench.write(stack);
      await bench.ok('up', '-d');
      expect((await bench.berth(['exec', 'web', 'nosuch'])).code).toBe(127);
      expect((await bench.berth(['exec', 'web', '/etc/passwd'])).code).toBe(126);
      const other = await bench.berth(['exec', 'other', 'true']);
      expect(other).toMatchObject({ code: 125, stdout: '' });
      expect(other.stderr).toContain("service 'other' is not running");
    }));
});
