import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withBench } from '../support/cli.js';

const one = (command: string): string => `
services:
  web:
    image: box
    command: [sleep, '${command}']
    network_mode: none
    stop_grace_period: 0s
`;

describe('plan', () => {
  it('tells by its exit code whether there is anything to do', () =>
    withBench('berthtestplan1', async (bench) => {
      bench.write(one('100'));
      const before = await bench.berth(['plan', '--detailed-exitcode']);
      expect(before.code).toBe(2);
      expect(before.stdout).toContain('+ service:web:1');
      await bench.ok('up', '-d');
      expect(await bench.berth(['plan', '--detailed-exitcode'])).toMatchObject({ code: 0, stdout: 'No changes.\n' });
      expect((await bench.berth(['plan', '--detailed-exitcode', '--nosuch'])).code).toBe(1);
      bench.write('services: [');
      expect((await bench.berth(['plan', '--detailed-exitcode'])).code).toBe(1);
      bench.write(one('100'));
    }));

  it('is JSON on request', () =>
    withBench('berthtestplan2', async (bench) => {
      bench.write(one('100'));
      expect(JSON.parse(await bench.ok('plan', '--json'))).toMatchObject({ format: 1, stack: 'berthtestplan2' });
    }));

  it('of a removal changes nothing', () =>
    withBench('berthtestplan3', async (bench) => {
      bench.write(one('100'));
      await bench.ok('up', '-d');
      expect(await bench.ok('plan', '--destroy')).toContain('- service:web:1');
      expect(await bench.ok('plan')).toBe('No changes.\n');
    }));
});

describe('apply', () => {
  it('carries out a saved plan, once', () =>
    withBench('berthtestplan4', async (bench) => {
      bench.write(one('100'));
      await bench.ok('plan', '--out', 'saved');
      const file = join(bench.dir, 'saved');
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ format: 1 });
      await bench.ok('apply', 'saved');
      expect(await bench.ok('plan')).toBe('No changes.\n');
      const again = await bench.berth(['apply', 'saved']);
      expect(again.code).toBe(1);
      expect(again.stderr).toContain('it was made for serial 0');
    }));
});
