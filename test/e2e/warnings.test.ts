import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withBench } from '../support/cli.js';

const SYS_RESOURCE = 24n;

const mayRaise = (): boolean => {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> SYS_RESOURCE) & 1n) === 1n;
};

describe('limits that the host does not give', () => {
  it('are told by up, each once, and the stack runs', (ctx) => {
    if (mayRaise()) return ctx.skip('root may raise every limit here');
    return withBench('berthtestwarnings', async ({ write, berth, ok }) => {
      write(`
services:
  web:
    image: box
    command: [sh, -c, 'ulimit -n; cat /proc/self/oom_score_adj; sleep 1000']
    deploy: { replicas: 2 }
    network_mode: none
    stop_grace_period: 0s
    oom_score_adj: -500
    ulimits: { nofile: { soft: 99, hard: 2000000000 } }
`);
      const { code, stderr } = await berth(['up', '-d']);
      expect(code).toBe(0);
      const warnings = stderr.split('\n').filter((line) => line.startsWith('warning:'));
      expect(warnings).toEqual([
        expect.stringMatching(/^warning: service web: oom_score_adj: .*: permission denied$/),
        expect.stringMatching(
          /^warning: service web: rlimit RLIMIT_NOFILE: 2000000000 is above this host's hard limit, /,
        ),
      ]);
      expect((await ok('exec', 'web', 'sh', '-c', 'ulimit -n')).trim()).toBe('99');
      expect((await berth(['up', '-d'])).stderr).not.toContain('warning:');
      await ok('down');
    });
  });
});
