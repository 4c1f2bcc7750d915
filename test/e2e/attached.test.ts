import { describe, expect, it, vi } from 'vitest';
import { withBench } from '../support/cli.js';

const patience = { timeout: 20_000 };

function web(over = ''): string {
  return `
services:
  web:
    image: box
    command: [sh, -c, 'trap "exit 0" TERM; echo first $$STAGE; while :; do sleep 0.1; done']
    network_mode: none
    stop_grace_period: 5s
${over}`;
}

const UNLOGGED = '    logging: { driver: none }\n';

describe('an attached up of a service without a log', () => {
  it('shows each line, from before the first instruction', () =>
    withBench('berthtestatt1', async (bench) => {
      bench.write(`
services:
  job:
    image: box
    command: [sh, -c, 'for n in $$(seq 500); do echo line $$n; done; echo wrong >&2; exit 3']
    network_mode: none
${UNLOGGED}`);
      const { code, stdout } = await bench.berth(['up', '--exit-code-from', 'job']);
      const lines = Array.from({ length: 500 }, (_, index) => `job-1  | line ${index + 1}`);
      const [told, ...others] = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('job-1  | line'));
      expect(stdout.split('\n').filter((line) => line.startsWith('job-1  | line'))).toEqual(lines);
      expect([told, ...others].sort()).toEqual(['job-1  | wrong', 'job-1 exited with code 3']);
      expect(code).toBe(3);
      expect(await bench.ok('logs', 'job')).toBe('');
    }));

  it('hears it across restarts of its policy, and attaches to one that runs already', () =>
    withBench('berthtestatt2', async (bench) => {
      bench.write(`
services:
  web:
    image: box
    command: [sh, -c, 'echo run; test -e /second || { touch /second; exit 1; }; while :; do test -e /more && echo more; sleep 0.1; done']
    network_mode: none
    restart: on-failure
    stop_grace_period: 0s
${UNLOGGED}`);
      const up = bench.start('up');
      await vi.waitFor(() => expect(up.stdout()).toBe('web-1  | run\nweb-1  | run\n'), patience);
      const second = bench.start('up');
      await bench.ok('exec', 'web', 'touch', '/more');
      await vi.waitFor(() => expect(second.stdout()).toContain('web-1  | more\n'), patience);
      await bench.ok('stop');
      const [first, later] = [await up.ended, await second.ended];
      expect(first.stdout).toMatch(/^(web-1 {2}\| run\n){2}(web-1 {2}\| more\n)+web-1 exited with code 137\n$/);
      expect(later.stdout).toMatch(/^(web-1 {2}\| more\n)+web-1 exited with code 137\n$/);
      expect([first, later]).toMatchObject([{ code: 0 }, { code: 0, stderr: '' }]);
    }));
});

describe('an attached up, while another command changes the stack', () => {
  it('goes on with the container that replaces the last one, and with new replicas', () =>
    withBench('berthtestatt3', async (bench) => {
      bench.write(web('    environment: { STAGE: one }\n'));
      const up = bench.start('up');
      await vi.waitFor(() => expect(up.stdout()).toBe('web-1  | first one\n'), patience);
      bench.write(web('    environment: { STAGE: two }\n'));
      await bench.ok('up', '-d', '--scale', 'web=2');
      await vi.waitFor(() => {
        expect(up.stdout()).toMatch(/^web-1 (exited with code 0|was removed)$/m);
        expect(up.stdout()).toContain('web-1  | first two\n');
        expect(up.stdout()).toContain('web-2  | first two\n');
      }, patience);
      await bench.ok('restart');
      await vi.waitFor(() => expect(up.stdout().match(/first two/g)).toHaveLength(4), patience);
      await bench.ok('stop');
      expect((await up.ended).code).toBe(0);
    }));
});
