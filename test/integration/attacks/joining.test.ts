import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildAttacker } from '../../support/attacks.js';
import { type TestContainer, TestHost, until } from '../../support/bundle.js';

// CVE-2016-9962: a process that is about to join a container is, for a moment, a process of the host that the container sees.
// Whoever is root inside looks into it by /proc and ptrace as often as it can.

let host: TestHost;
let attacker: TestContainer;

beforeEach(async () => {
  host = new TestHost();
  buildAttacker(join(host.overlay, 'base/diff/bin'));
  // The tree is an overlay: of the device of its executables nothing of the host's is.
  attacker = host.container({
    script: 'exec /bin/attacker peek $(stat -c %d /bin/busybox)',
    process: { capabilities: { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] } },
  });
  await attacker.start();
  await until(() => expect(attacker.logText()).toContain('ready'));
});

afterEach(() => host.close());

describe('while a process joins the container', () => {
  it('the container sees nothing of the host in it', async () => {
    for (let i = 0; i < 150; i++) await attacker.exec(['/bin/true'], { detach: true });
    expect(attacker.logText()).not.toContain('leak');
  });

  it('the control: who joins without care lends the container its executable, its root and its directory', async () => {
    const pid = String(attacker.status().pid);
    // Each process that the shell starts is new to the attacker, and to be looked into from its first moment.
    const script = 'for i in 1 2 3 4 5 6 7 8; do sleep 0.01; done';
    const powerless = ['setpriv', '--bounding-set=-all', '--inh-caps=-all', 'sh', '-c', script];
    // It joins the pid namespace alone, and is, with no more rights than the container, still in the host's root.
    await until(() => {
      // nsenter stops itself where the attacker stops its child, and nobody here goes on with it.
      spawnSync('nsenter', ['-t', pid, '-p', ...powerless], { timeout: 500, killSignal: 'SIGKILL' });
      expect(attacker.logText()).toContain('leak exe');
      expect(attacker.logText()).toContain('leak root');
    });
  });
});
