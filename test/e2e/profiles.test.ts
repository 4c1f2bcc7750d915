import { describe, expect, it } from 'vitest';
import { withBench } from '../support/cli.js';

const file = `
services:
  web: &service {image: box, command: [sleep, '100'], network_mode: none, stop_grace_period: 0s}
  debug:
    <<: *service
    profiles: [dev]
`;

describe('profiles', () => {
  it('up starts what is enabled, leaves alone what is not, and down removes both', () =>
    withBench('berthtestprofiles', async (bench) => {
      bench.write(file);
      expect(await bench.ok('config', '--services')).toBe('web\n');
      expect(await bench.ok('--profile', 'dev', 'config', '--services')).toBe('debug\nweb\n');
      await bench.ok('--profile', 'dev', 'up', '-d');
      expect(await bench.ok('plan')).toBe('No changes.\n');
      await bench.ok('up', '-d', '--remove-orphans');
      const names = (await bench.ok('ps', '--format', 'json')).match(/"Service":\s*"\w+"/g);
      expect(names).toHaveLength(2);
      await bench.ok('down');
      expect(await bench.ok('ps', '-a', '-q')).toBe('');
    }));

  it('a service that is named is enabled', () =>
    withBench('berthtestprofiles2', async (bench) => {
      bench.write(file);
      expect(await bench.ok('plan', 'debug')).toContain('+ service:debug:1');
      await bench.ok('up', '-d', 'debug');
      expect(await bench.ok('run', '--rm', 'debug', 'echo', 'hello')).toBe('hello\n');
    }));
});
