import { describe, expect, it, vi } from 'vitest';
import { withBench } from '../support/cli.js';
import { withTerminal } from '../support/terminal.js';

const stack = `
services:
  web:
    image: box
    command: [sh, -c, 'trap "exit 0" TERM; echo up; while :; do sleep 0.1; done']
    network_mode: none
`;
const patience = { timeout: 20_000 };

describe('on a terminal', () => {
  it('up draws a line for each thing', () =>
    withBench('berthtestterm1', async (bench) => {
      bench.write(stack);
      await withTerminal(bench.shell('up', '-d'), bench.dir, async ({ screen }) => {
        await vi.waitFor(() => expect(screen()).toContain('exit code 0'), patience);
        expect(screen()).toMatch(/✔ image box {2}built/);
        expect(screen()).toMatch(/✔ container berthtestterm1-web-1 {2}started/);
      });
    }));

  it('Ctrl-C stops an attached up', () =>
    withBench('berthtestterm2', async (bench) => {
      bench.write(stack);
      await withTerminal(bench.shell('up'), bench.dir, async ({ screen, type }) => {
        await vi.waitFor(() => expect(screen()).toContain('web-1  | up'), patience);
        type('C-c');
        await vi.waitFor(() => expect(screen()).toContain('exit code 130'), patience);
        expect(screen()).toContain('web-1 exited with code 0');
      });
    }));

  it('exec gives a terminal of our size that follows ours', () =>
    withBench('berthtestterm3', async (bench) => {
      bench.write(stack);
      await bench.ok('up', '-d');
      await withTerminal(bench.shell('exec', 'web', 'sh'), bench.dir, async ({ screen, type, resize }) => {
        await vi.waitFor(() => expect(screen()).toMatch(/# *$/m), patience);
        type('tty; stty size', 'Enter');
        await vi.waitFor(() => expect(screen()).toMatch(/\/dev\/pts\/\d+\s+30 100/), patience);
        resize(80, 20);
        await vi.waitFor(() => {
          type('stty size', 'Enter');
          expect(screen()).toContain('20 80');
        }, patience);
        type('exit 9', 'Enter');
        await vi.waitFor(() => expect(screen()).toContain('exit code 9'), patience);
      });
    }));
});
