import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { StackHost } from '../../support/stack-host.js';

// What a service's command may try from inside: cgroups of version 1 and their release_agent (CVE-2022-0492), sockets
// without a file in the network that it shares with the host (CVE-2020-15257).

let host: StackHost;
let abstractSocket: Server;

beforeEach(async () => {
  host = new StackHost(`berthtestconfined${process.pid}`);
  abstractSocket = createServer();
  await new Promise<void>((listening) => abstractSocket.listen(`\0berthtest-abstract-${process.pid}`, listening));
});

afterEach(async () => {
  abstractSocket.close();
  await host.close();
});

const MOUNTS = [
  'for type in cgroup cgroup2; do',
  '  for data in "" rdma memory cpu pids "none,name=berthtest"; do',
  '    mount -t $$type -o "$$data" none /tmp 2>/dev/null && echo "mounted $$type $$data" && umount /tmp;',
  '  done; done;',
].join('\n        ');

const WRITES = [
  'for file in $$(find /sys/fs/cgroup -maxdepth 3 -name release_agent -o -maxdepth 3 -name notify_on_release -o -maxdepth 3 -name cgroup.procs -o -maxdepth 3 -name tasks -o -maxdepth 3 -name devices.allow); do',
  '  (echo 1 > $$file) 2>/dev/null && echo "wrote $$file"; done; mkdir /sys/fs/cgroup/x /sys/fs/cgroup/*/x 2>/dev/null && echo made;',
].join('\n        ');

function service(name: string, keys: string, script: string): string {
  return `
  ${name}:
    image: box
    stop_signal: SIGKILL
    ${keys}
    command:
      - sh
      - -c
      - |
        ${script}
        echo end
        exec sleep 600
`;
}

it('cgroups can neither be mounted nor written, also from a user namespace; as privileged they can', async () => {
  const inNamespace = 'unshare -Urm sh -c "mount -t cgroup -o rdma none /tmp && echo mounted" 2>/dev/null;';
  await host.up(
    service('plain', '', `${MOUNTS} ${WRITES} ${inNamespace}`) +
      service('admin', 'cap_add: [SYS_ADMIN]\n    security_opt: [no-new-privileges]', WRITES) +
      service('control', 'privileged: true', MOUNTS),
  );
  expect(await host.logToEnd('plain')).toBe('end\n');
  // Read-only also for who could mount one: what stands there is.
  expect(await host.logToEnd('admin')).toBe('end\n');
  expect(await host.logToEnd('control')).toContain('mounted cgroup');
});

it('no socket of ours is in the network namespace that a service shares with the host', async () => {
  await host.up(
    service('net', 'network_mode: host', `grep -o '@.*' /proc/net/unix`) +
      service('own', 'network_mode: none', `grep -o '@.*' /proc/net/unix`),
  );
  const seen = (await host.logToEnd('net')).split('\n');
  // The control: one of the test's own is seen.
  expect(seen.join('\n')).toContain(`@berthtest-abstract-${process.pid}`);
  expect(seen.filter((name) => /berth/i.test(name) && !name.includes('berthtest-abstract'))).toEqual([]);
  expect(await host.logToEnd('own')).toBe('end\n');
});
