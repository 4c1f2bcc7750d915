import { describe, expect, it } from 'vitest';
import { withBench } from '../support/cli.js';

const stack = `
services:
  db:
    image: box
    command: [sleep, '1000']
    network_mode: none
    stop_grace_period: 0s
    volumes: ['data:/data']
  web:
    image: box
    command: [sh, -c, 'echo own']
    environment: { A: one }
    network_mode: none
    depends_on: [db]
  reaped:
    image: box
    init: true
    network_mode: none
volumes:
  data:
`;

describe('run', () => {
  it("gives the container's streams and code, and brings up what it needs", () =>
    withBench('berthtestrun1', async (bench) => {
      bench.write(stack);
      const result = await bench.berth([
        'run',
        '--rm',
        '-e',
        'B=two',
        'web',
        'sh',
        '-c',
        'echo $A $B; echo err >&2; exit 5',
      ]);
      expect(result).toMatchObject({ code: 5, stdout: 'one two\n' });
      expect(result.stderr).toContain('err\n');
      expect(await bench.ok('exec', 'db', 'echo', 'there')).toBe('there\n');
      expect((await bench.berth(['run', '--rm', 'web', 'cat'], 'piped')).stdout).toBe('piped');
      expect(await bench.ok('ps', '-a', '--format', 'json')).not.toContain('web-run');
    }));

  it('leaves dependencies alone on request, and takes an entrypoint, a name and volumes', () =>
    withBench('berthtestrun2', async (bench) => {
      bench.write(stack);
      expect(await bench.ok('run', '--rm', '--no-deps', 'web')).toBe('own\n');
      await bench.ok('run', '--rm', '--no-deps', '-v', 'data:/data', 'web', 'sh', '-c', 'echo kept > /data/file');
      const args = [
        '--no-deps',
        '--name',
        'berthtestrun2-mine',
        '-v',
        'data:/data:ro',
        '--entrypoint',
        'cat /data/file',
      ];
      expect(await bench.ok('run', ...args, 'web')).toBe('kept\n');
      expect(await bench.ok('ps', '-a', '--format', 'json')).toContain('berthtestrun2-mine');
    }));

  it('tells a missing program, one that cannot run, and bad use apart', () =>
    withBench('berthtestrun3', async (bench) => {
      bench.write(stack);
      expect((await bench.berth(['run', '--rm', '--no-deps', 'web', 'nosuch'])).code).toBe(127);
      expect((await bench.berth(['run', '--rm', '--no-deps', 'web', '/etc/passwd'])).code).toBe(126);
      expect((await bench.berth(['run', 'other'])).code).toBe(2);
      // Pid 1 is spared by its own SIGKILL: here it is the reaper.
      expect((await bench.berth(['run', '--rm', '--no-deps', 'reaped', 'sh', '-c', 'kill -9 $$'])).code).toBe(137);
    }));
});
