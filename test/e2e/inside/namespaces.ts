import { readlinkSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Group, Outputs, Row } from './row.js';

type Kind = 'net' | 'ipc' | 'pid' | 'uts' | 'cgroup' | 'user' | 'mnt';

const link = (kind: Kind) => `readlink /proc/self/ns/${kind}`;

function ofHost(kind: Kind): string {
  return readlinkSync(`/proc/self/ns/${kind}`);
}

/** The line of an owner that tells its namespace. */
function of(owner: string, kind: Kind): (outputs: Outputs) => string {
  return (outputs) => new RegExp(`^${kind}:.*$`, 'm').exec(outputs.get(owner) ?? '')?.[0] ?? `no ${kind} of ${owner}`;
}

/** A namespace that neither the host has nor the row `owner`. */
function own(name: string, kind: Kind, keys: string): Row {
  return {
    name,
    keys,
    run: link(kind),
    prints: (outputs) => {
      const mine = outputs.get(name) ?? '';
      const others = [ofHost(kind), of('owner', kind)(outputs)];
      return mine.startsWith(`${kind}:[`) && !others.includes(mine) ? mine : `not ${others.join(', not ')}`;
    },
  };
}

const ALL = 'for kind in net ipc pid uts cgroup; do readlink /proc/self/ns/$kind; done';
const reads = 'until [ -s /dev/shm/note ]; do sleep 0.01; done; cat /dev/shm/note';

const owners: readonly Row[] = [
  {
    name: 'owner',
    service: 'owner',
    keys: "hostname: front\nipc: shareable\nextra_hosts: ['peer=10.0.0.1']\nshm_size: 2m",
    run: `${ALL}; echo from owner > /dev/shm/note`,
    prints: /^net:.*\nipc:.*\npid:.*\nuts:.*\ncgroup:.*$/,
    stays: true,
  },
  {
    name: 'owner by container name',
    service: 'named',
    keys: 'container_name: named-1\nipc: shareable',
    run: `${ALL}; hostname; echo from named > /dev/shm/note`,
    prints: /^net:.*\nipc:.*\npid:.*\nuts:.*\ncgroup:.*\n[0-9a-f]{12}$/,
    stays: true,
  },
];
const NAMED = 'depends_on: [named]';

const network: readonly Row[] = [
  own('network_mode, none given', 'net', ''),
  own('network_mode: none', 'net', 'network_mode: none'),
  {
    name: 'network_mode: none, with loopback alone',
    keys: 'network_mode: none',
    run: 'grep -c . /proc/net/route; ls /sys/class/net | grep -E "^(lo|eth|en|veth)"; [ $(($(cat /sys/class/net/lo/flags) & 1)) = 1 ] && echo up',
    prints: '1\nlo\nup',
  },
  {
    name: 'network_mode: host',
    keys: 'network_mode: host',
    run: `${link('net')}; hostname`,
    prints: `${ofHost('net')}\n${hostname()}`,
  },
  { name: 'network_mode: service:', keys: 'network_mode: service:owner', run: link('net'), prints: of('owner', 'net') },
  {
    name: 'network_mode: service:, with its names and hosts',
    keys: 'network_mode: service:owner',
    run: 'hostname; cat /etc/hostname; echo $HOSTNAME; grep -E "front|peer" /etc/hosts',
    prints: 'front\nfront\nfront\n127.0.1.1\tfront\n10.0.0.1\tpeer',
  },
  own('network_mode: service:, with a uts namespace of its own', 'uts', 'network_mode: service:owner'),
  {
    name: 'network_mode: container:',
    keys: `network_mode: container:named-1\n${NAMED}`,
    run: `${link('net')}; hostname`,
    prints: (outputs) =>
      `${of('owner by container name', 'net')(outputs)}\n${outputs.get('owner by container name')?.split('\n').at(-1)}`,
  },
];

const ipc: readonly Row[] = [
  own('ipc, none given', 'ipc', ''),
  own('ipc: private', 'ipc', 'ipc: private'),
  own('ipc: shareable', 'ipc', 'ipc: shareable'),
  {
    name: 'ipc: none',
    keys: 'ipc: none',
    run: '[ -d /dev/shm ] || echo no shm',
    prints: 'no shm',
  },
  {
    name: 'ipc: host',
    keys: 'ipc: host',
    run: `${link('ipc')}; stat -c %d /dev/shm`,
    prints: `${ofHost('ipc')}\n${statSync('/dev/shm').dev}`,
  },
  {
    name: 'ipc: service:, with its /dev/shm',
    keys: 'ipc: service:owner',
    run: `${link('ipc')}; ${reads}; grep -o 'size=2048k' /proc/mounts`,
    prints: (outputs) => `${of('owner', 'ipc')(outputs)}\nfrom owner\nsize=2048k`,
  },
  {
    name: 'ipc: container:',
    keys: `ipc: container:named-1\n${NAMED}`,
    run: `${link('ipc')}; ${reads}`,
    prints: (outputs) => `${of('owner by container name', 'ipc')(outputs)}\nfrom named`,
  },
];

const others: readonly Row[] = [
  own('pid, none given', 'pid', ''),
  { name: 'pid: host', keys: 'pid: host', run: link('pid'), prints: ofHost('pid') },
  {
    name: 'pid: service:',
    keys: 'pid: service:owner',
    run: `${link('pid')}; until grep -q sleep /proc/1/comm; do :; done; tr '\\0' ' ' < /proc/1/cmdline`,
    prints: (outputs) => `${of('owner', 'pid')(outputs)}\nsleep 600 `,
  },
  {
    name: 'pid: container:',
    keys: `pid: container:named-1\n${NAMED}`,
    run: link('pid'),
    prints: of('owner by container name', 'pid'),
  },
  own('uts, none given', 'uts', ''),
  {
    name: 'uts: host',
    keys: 'uts: host',
    run: `${link('uts')}; hostname; echo $HOSTNAME; cat /etc/hostname`,
    prints: `${ofHost('uts')}\n${hostname()}\n${hostname()}\n${hostname()}`,
  },
  {
    name: 'uts: service:',
    keys: 'uts: service:owner',
    run: `${link('uts')}; hostname; echo $HOSTNAME; cat /etc/hostname`,
    prints: (outputs) => `${of('owner', 'uts')(outputs)}\nfront\nfront\nfront`,
  },
  {
    name: 'uts: container:',
    keys: `uts: container:named-1\n${NAMED}`,
    run: link('uts'),
    prints: of('owner by container name', 'uts'),
  },
  own('cgroup, none given', 'cgroup', ''),
  { name: 'cgroup: private', keys: 'cgroup: private', run: 'cut -d : -f 3 /proc/self/cgroup | sort -u', prints: '/' },
  {
    name: 'cgroup: host',
    keys: 'cgroup: host',
    run: `${link('cgroup')}; cut -d : -f 3 /proc/self/cgroup | grep -o '/berth/berthtest[a-z]*' | sort -u`,
    prints: `${ofHost('cgroup')}\n/berth/berthtestinnamespaces`,
  },
  { name: 'userns_mode, none given', run: link('user'), prints: ofHost('user') },
  {
    name: 'userns_mode: host',
    keys: 'userns_mode: host',
    run: `${link('user')}; cat /proc/self/uid_map | tr -s ' ' | cut -d ' ' -f 2-`,
    prints: `${ofHost('user')}\n0 0 4294967295`,
  },
  own('userns_mode: auto', 'user', 'userns_mode: auto'),
  {
    name: 'userns_mode: auto, with options',
    service: 'mapped',
    keys: 'userns_mode: "auto:size=2000,uidmapping=33:7:1"',
    run: "readlink /proc/self/ns/user; tr -s ' ' < /proc/self/uid_map | cut -d ' ' -f 2,4; sed -n 2p /proc/self/uid_map | tr -s ' '; id -u",
    prints: /^user:.*\n0 33\n33 1\n34 1966\n 33 7 1\n0$/,
    stays: true,
  },
  {
    name: 'userns_mode: service:',
    keys: 'userns_mode: service:mapped',
    run: link('user'),
    prints: of('userns_mode: auto, with options', 'user'),
  },
];

/** Which namespaces it is in, and what comes with them. */
export const namespacesGroup: Group = { rows: [...owners, ...network, ...ipc, ...others] };
