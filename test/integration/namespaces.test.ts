import { readlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ObservedContainer } from '../../src/plan/observed.js';
import { StackHost } from '../support/stack-host.js';

const KINDS = ['net', 'ipc', 'pid', 'uts', 'cgroup', 'mnt', 'user'] as const;
type Kind = (typeof KINDS)[number];

let host: StackHost;

beforeEach(() => {
  host = new StackHost(`berthtestns${process.pid}`);
});

afterEach(() => host.close());

describe('namespaces', () => {
  it('are its own without a word, but for the user namespace', async () => {
    await host.up(`${service('one')}${service('two')}`);
    const [one, two, own] = [await links('one'), await links('two'), linksOf('self')];
    for (const kind of ['net', 'ipc', 'pid', 'uts', 'cgroup', 'mnt'] as const) {
      expect(new Set([one[kind], two[kind], own[kind]]).size, kind).toBe(3);
    }
    expect(one.user).toBe(own.user);
  });

  it.for([
    ['network_mode: host', 'net'],
    ['pid: host', 'pid'],
    ['ipc: host', 'ipc'],
    ['uts: host', 'uts'],
    ['cgroup: host', 'cgroup'],
  ] as const)("%s is the host's", async ([keys, kind]) => {
    await host.up(service('one', keys));
    const [one, own] = [await links('one'), linksOf('self')];
    expect(KINDS.filter((other) => one[other] === own[other]).sort()).toEqual([kind, 'user'].sort());
  });

  it.for([
    ['network_mode: service:owner', 'net', ''],
    ['pid: service:owner', 'pid', ''],
    ['ipc: service:owner', 'ipc', 'ipc: shareable'],
    ['uts: service:owner', 'uts', ''],
  ] as const)("%s is that container's", async ([keys, kind, ownerKeys]) => {
    await host.up(`${service('owner', ownerKeys)}${service('guest', keys)}`);
    const [owner, guest] = [await links('owner'), await links('guest')];
    expect(KINDS.filter((other) => guest[other] === owner[other]).sort()).toEqual([kind, 'user'].sort());
  });

  it('stay those of the owner when it is started anew', async () => {
    const text = `${service('owner', 'restart: always')}${service('guest', 'network_mode: service:owner')}`;
    await host.up(text);
    const [before, guest] = [await host.container('owner'), await links('guest')];
    process.kill(pidOf(before), 'SIGKILL');
    await vi.waitFor(
      async () => {
        const after = await host.container('owner');
        // Its shim may not have noticed yet: then it is said to run, without a process.
        expect([null, before.pid]).not.toContain(after.pid);
      },
      { timeout: 30_000 },
    );
    expect((await links('owner')).net).toBe(guest.net);
  });

  it('have loopback up where the network is private', async () => {
    await host.up(service('one', '', 'cat /proc/net/fib_trie; echo end; exec sleep 600'));
    expect(await host.logToEnd('one')).toContain('127.0.0.1');
  });
});

describe('/sys/fs/cgroup', () => {
  it('shows its own cgroup, which it cannot write', async () => {
    const script =
      'for dir in /sys/fs/cgroup /sys/fs/cgroup/*; do [ -f $$dir/cgroup.procs ] && cat $$dir/cgroup.procs && (echo 0 > $$dir/cgroup.procs); done; cat /proc/self/cgroup; echo end; exec sleep 600';
    await host.up(service('one', 'pids_limit: 60', script));
    const lines = (await host.logToEnd('one')).split('\n');
    expect(lines.filter((line) => /Read-only file system|can't create/.test(line)).length).toBeGreaterThan(0);
    expect(lines).toContain('1');
    const paths = lines.filter((line) => /^\d+:/.test(line)).map((line) => line.split(':').slice(2).join(':'));
    const { unified } = host.host.addon.cgroupHost();
    const ours = lines.filter((line) => line.startsWith('0::'));
    expect(ours).toEqual(unified === '' ? [] : ['0::/']);
    expect(paths).toContain('/');
    expect(paths.join('\n')).not.toContain(host.stack);
  });
});

/** A service of the busybox image; `sleep` unless a script is given. */
function service(name: string, keys = '', script = 'exec sleep 600'): string {
  return `
  ${name}:
    image: box
    stop_signal: SIGKILL
    command: ['sh', '-c', ${JSON.stringify(script)}]
    ${keys}
`;
}

async function links(name: string): Promise<Readonly<Record<Kind, string>>> {
  return linksOf(pidOf(await host.container(name)));
}

function linksOf(pid: number | 'self'): Readonly<Record<Kind, string>> {
  const link = (kind: Kind): string => readlinkSync(`/proc/${pid}/ns/${kind}`);
  return {
    net: link('net'),
    ipc: link('ipc'),
    pid: link('pid'),
    uts: link('uts'),
    cgroup: link('cgroup'),
    mnt: link('mnt'),
    user: link('user'),
  };
}

function pidOf({ name, pid }: ObservedContainer): number {
  if (pid === null) throw new Error(`${name} does not run`);
  return pid;
}

/** The output of a container once it has said `end`. */
