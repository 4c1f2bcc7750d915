import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shimPath } from '../../../src/addon/native.js';
import { AttackBench, buildAttacker, OURS } from '../../support/attacks.js';
import { TestHost, until } from '../../support/bundle.js';

// CVE-2019-5736: a command that is `#!/proc/self/exe` has the runtime execute itself inside of the container, where who
// shares the pid namespace opens /proc/<pid>/exe and writes to it once it is not busy any more.

let bench: AttackBench;

beforeEach(() => {
  bench = new AttackBench();
});

afterEach(() => bench.close());

const EROFS = 30;

function digest(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** Puts the attacker, and a command that is whatever executes it, into a tree. */
function arm(rootfs: string): void {
  buildAttacker(join(rootfs, 'bin'));
  writeFileSync(join(rootfs, 'bait'), '#!/proc/self/exe\n');
  chmodSync(join(rootfs, 'bait'), 0o755);
}

function overwrite(executable: string): string[] {
  const { dev, ino } = statSync(executable);
  return ['/bin/attacker', 'overwrite', String(dev), String(ino)];
}

describe('berth-runtime, executed in a container', () => {
  it('is read-only to who gets hold of it', async () => {
    // A copy, since what is executed elsewhere on the host is busy and can't be written to for that reason.
    const runtime = join(bench.dir, 'berth-runtime');
    copyFileSync(OURS, runtime);
    const before = digest(runtime);
    const attacking = bench.bundle({ args: overwrite(runtime), capabilities: ['CAP_SYS_PTRACE'] });
    arm(join(attacking, 'rootfs'));
    const attacker = bench.start(attacking);
    await until(() => expect(attacker.stdout()).toContain('ready'));
    const bait = bench.bundle({ args: ['/bait'], join: { pid: `/proc/${bench.pid(attacking)}/ns/pid` } });
    arm(join(bait, 'rootfs'));
    await until(() => {
      bench.run(bait, runtime);
      expect(attacker.stdout()).toMatch(/exe: \d+/);
    });
    expect((await attacker.ended).stdout).toContain(`exe: ${EROFS}`);
    expect(digest(runtime)).toBe(before);
  });

  it('the control: nsenter, which seals nothing, is overwritten', async () => {
    const naive = join(bench.dir, 'nsenter');
    copyFileSync('/usr/bin/nsenter', naive);
    const before = digest(naive);
    const attacking = bench.bundle({ args: overwrite(naive), capabilities: ['CAP_SYS_PTRACE'] });
    arm(join(attacking, 'rootfs'));
    const attacker = bench.start(attacking);
    await until(() => expect(attacker.stdout()).toContain('ready'));
    const pid = String(bench.pid(attacking));
    await until(() => {
      spawnSync(naive, ['-t', pid, '-m', '-p', '/bait']);
      expect(attacker.stdout()).toMatch(/exe: \d+/);
    });
    expect((await attacker.ended).stdout).toContain('exe: 0');
    expect(digest(naive)).not.toBe(before);
  });

  it('is a sealed copy where no mount can be made for it', () => {
    const bundle = bench.bundle({ args: ['/bin/true'] });
    const trace = join(bench.dir, 'trace');
    const options = ['-o', trace, '-e', 'trace=execve,memfd_create,open_tree'];
    // Of this process alone: the container's own mounts are made by the same call.
    options.push('-e', 'inject=open_tree:error=EPERM');
    execFileSync('strace', [
      ...options,
      OURS,
      '--root',
      join(bench.dir, 'state'),
      'run',
      '-b',
      bundle,
      'berthtestseal',
    ]);
    const made = readFileSync(trace, 'utf8').split('\n');
    const order = [/open_tree.*INJECTED/, /memfd_create\("berth"/, /execve\("\/proc\/self\/fd/].map((pattern) =>
      made.findIndex((line) => pattern.test(line)),
    );
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order[0]).toBeGreaterThanOrEqual(0);
  });
});

describe('berth-shim, executed in a container', () => {
  let host: TestHost;

  beforeEach(() => {
    host = new TestHost();
    arm(join(host.overlay, 'base/diff'));
  });

  afterEach(() => host.close());

  it('by exec is read-only to who gets hold of it', async () => {
    const shim = join(bench.dir, 'berth-shim');
    copyFileSync(shimPath(), shim);
    const before = digest(shim);
    const attacker = host.container({ process: { args: overwrite(shim) } });
    await attacker.start();
    await until(() => expect(attacker.logText()).toContain('ready'));
    while (!/exe: \d+/.test(attacker.logText())) {
      await attacker.exec(['/bait'], { detach: true, shim }).catch(() => undefined);
    }
    expect(attacker.logText()).toContain(`exe: ${EROFS}`);
    expect(digest(shim)).toBe(before);
  });
});
