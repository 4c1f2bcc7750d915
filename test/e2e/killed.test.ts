import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

  it('a start waits for a shim that was at its first start when its command was killed', () =>
    withBench('berthtestkilled4', async (bench) => {
      bench.write(stack.replace('scale: 3', 'scale: 1'));
      await bench.ok('up', '-d');
      await bench.ok('stop');
      const [id = ''] = readdirSync(join(bench.root, 'containers'));
      const [config, run] = [join(bench.root, 'containers', id, 'config.json'), join(bench.run, 'containers', id)];
      const text = readFileSync(config);
      rmSync(run, { recursive: true });
      rmSync(config);
      execFileSync('mkfifo', [config]);
      const killed = bench.start('start');
      await vi.waitFor(() => expect(existsSync(join(run, 'control'))).toBe(true), { timeout: 60_000 });
      const shim = Number(/^shim_pid=(\d+)$/m.exec(readFileSync(join(run, 'lock'), 'utf8'))?.[1]);
      process.kill(shim, 'SIGSTOP');
      killed.child.kill('SIGKILL');
      await killed.ended;
      const next = bench.start('--progress', 'plain', 'start', '--lock-timeout', '10');
      await vi.waitFor(() => expect(next.stderr()).toContain('  starting'), { timeout: 60_000 });
      process.kill(shim, 'SIGCONT');
      const writer = spawn('timeout', ['20', 'sh', '-c', 'cat > "$0"', config]);
      writer.stdin.end(text);
      await once(writer, 'exit');
      expect(await next.ended).toMatchObject({ code: 0 });
      rmSync(config);
      writeFileSync(config, text);
      expect(await bench.ok('ps')).toContain('Up ');
      await bench.ok('down', '-v');
    }));

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
