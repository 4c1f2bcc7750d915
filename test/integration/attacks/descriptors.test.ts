import { spawnSync } from 'node:child_process';
import { closeSync, openSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AttackBench, OURS } from '../../support/attacks.js';
import { TestHost, until } from '../../support/bundle.js';

// CVE-2024-21626: a descriptor of the host that the runtime still holds, reached by the container or by its working
// directory as /proc/self/fd/N.

let bench: AttackBench;
let leaked: number[];

beforeEach(() => {
  bench = new AttackBench();
  leaked = Array.from({ length: 20 }, () => openSync(bench.outside, 'r'));
});

afterEach(() => {
  for (const fd of leaked) closeSync(fd);
  bench.close();
});

const NUMBERS = Array.from({ length: 30 }, (_, index) => index + 3);

describe('descriptors of the caller', () => {
  it('are not there for the command', () => {
    const bundle = bench.bundle({ args: ['/bin/sh', '-c', 'ls -l /proc/self/fd; cat /proc/self/fd/*/secret'] });
    const { stdout } = bench.run(bundle, OURS, leaked);
    expect(stdout.match(/ \d+ -> /g)).toEqual([' 0 -> ', ' 1 -> ', ' 2 -> ']);
    expect(stdout).not.toContain('secret of the host');
  });

  it('are for what the control, nsenter, runs in a container', async () => {
    const bundle = bench.bundle({ args: ['/bin/sh', '-c', 'echo ready; exec sleep 600'] });
    const container = bench.start(bundle);
    await until(() => expect(container.stdout()).toBe('ready\n'));
    const pid = String(bench.pid(bundle));
    const { stdout } = spawnSync('nsenter', ['-t', pid, '-m', '-p', '/bin/cat', '/proc/self/fd/3/secret'], {
      stdio: ['ignore', 'pipe', 'pipe', ...leaked],
      encoding: 'utf8',
    });
    expect(stdout).toBe('secret of the host\n');
    await bench.kill(bundle, container);
  });
});

describe('a working directory by descriptor', () => {
  it('is refused by name, or is in the container', () => {
    const bundle = bench.bundle();
    symlinkSync('/proc/self/fd/7', join(bundle, 'rootfs/work'));
    for (const cwd of [
      ...NUMBERS.map((fd) => `/proc/self/fd/${fd}`),
      '/work',
      '/proc/self/fd/7/../..',
      '/proc/1/cwd',
    ]) {
      bench.configure(bundle, { cwd, args: ['/bin/sh', '-c', 'pwd; cat secret ../secret ../outside/secret'] });
      const { code, stdout, stderr } = bench.run(bundle, OURS, leaked);
      expect(stdout, cwd).not.toContain('secret of the host');
      if (code !== 0) expect(`${cwd} ${stderr}`).toMatch(/berth-runtime: .*cwd|secret/);
    }
  });

  it('is refused for exec, too', async () => {
    const host = new TestHost();
    try {
      const container = host.container();
      await container.start();
      for (const fd of NUMBERS) {
        container.parts = { process: { cwd: `/proc/self/fd/${fd}` } };
        await expect(container.exec(['/bin/true'], { detach: true }), String(fd)).rejects.toMatchObject({
          step: 'cwd',
        });
      }
    } finally {
      await host.close();
    }
  });
});
