import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { withBench } from '../support/cli.js';

const run = promisify(execFile);

it('all output reaches a pipe that takes only a part of it at once', () =>
  withBench('berthtestpipe', async (bench) => {
    const long = 'x'.repeat(500_000);
    bench.write(`services:\n  job: { image: box, environment: { LONG: ${long} } }\n`);
    const { stdout } = await run('sh', ['-c', `${bench.shell('config')} | cat`], { cwd: bench.dir });
    expect(stdout.length).toBeGreaterThan(long.length);
  }));
