import { describe, expect, it, vi } from 'vitest';
import { withBench } from '../support/cli.js';

const stack = `
services:
  web:
    image: box
    scale: 3
    command: [sleep, '1000']
    network_mode: none
    stop_grace_period: 0s
    volumes: ['data:/data']
volumes:
  data:
`;

describe('a command that is killed', () => {
  it.each(['building', 'creating', 'created', 'starting', 'started'])('loses nothing: up, when it says %s', (word) =>
    withBench('berthtestkilled1', async (bench) => {
      bench.write(stack);
      const up = bench.start('--progress', 'plain', 'up', '-d');
      await vi.waitFor(() => expect(up.stderr()).toContain(`  ${word}`), { timeout: 60_000, interval: 1 });
      up.child.kill('SIGKILL');
      await up.ended;
      await bench.ok('up', '-d', '--wait', '--lock-timeout', '10');
      expect(await bench.ok('plan')).toBe('No changes.\n');
      await bench.ok('down', '-v');
    }),
  );

  it.each(['stopping', 'stopped', 'removing', 'removed'])('loses nothing: down, when it says %s', (word) =>
    withBench('berthtestkilled2', async (bench) => {
      bench.write(stack);
      await bench.ok('up', '-d');
      const down = bench.start('--progress', 'plain', 'down', '-v');
      await vi.waitFor(() => expect(down.stderr()).toContain(`  ${word}`), { timeout: 60_000, interval: 1 });
      down.child.kill('SIGKILL');
      await down.ended;
      await bench.ok('down', '-v', '--lock-timeout', '10');
    }),
  );

  it('an interrupted up says what it left, and the next one goes on', () =>
    withBench('berthtestkilled3', async (bench) => {
      bench.write(stack);
      const up = bench.start('--progress', 'plain', 'up', '-d');
      await vi.waitFor(() => expect(up.stderr()).toContain('  building'), { timeout: 60_000, interval: 1 });
      up.child.kill('SIGINT');
      const { code, stderr } = await up.ended;
      expect(code).toBe(130);
      expect(stderr).toMatch(/interrupted: \d+ steps were not run/);
      await bench.ok('up', '-d', '--wait');
    }));
});
