import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { OciBundle, OciConfig, OciMount } from './oci-bundle.js';

type Change = (config: OciConfig) => void;

/** A bundle that runtimes are compared with. */
export interface RuntimeCase {
  readonly name: string;
  readonly change?: Change;
  /** what it needs beside its root */
  readonly prepare?: (bundle: OciBundle) => void;
}

const every = ['bounding', 'effective', 'permitted', 'inheritable', 'ambient'] as const;

function capabilities(sets: Partial<Record<(typeof every)[number], string[]>>): Change {
  return ({ process }) => {
    const of = (name: (typeof every)[number]) => sets[name] ?? [];
    process.capabilities = {
      bounding: of('bounding'),
      effective: of('effective'),
      permitted: of('permitted'),
      inheritable: of('inheritable'),
      ambient: of('ambient'),
    };
  };
}

function resources(extra: object): Change {
  return ({ linux }) => Object.assign(linux.resources, extra);
}

function withoutNamespaces(...types: string[]): Change {
  return ({ linux }) => {
    linux.namespaces = linux.namespaces.filter(({ type }) => !types.includes(type));
  };
}

function top(extra: object): Change {
  return (config) => void Object.assign(config, extra);
}

function linux(extra: object): Change {
  return (config) => Object.assign(config.linux, extra);
}

function process(extra: object): Change {
  return (config) => Object.assign(config.process, extra);
}

function mounts(...some: OciMount[]): Change {
  return (config) => void config.mounts.push(...structuredClone(some));
}

function bind(destination: string, ...options: string[]): OciMount {
  return { destination, type: 'bind', source: 'shared', options };
}

/** A directory with a file and a directory in it, where the bind mounts of the cases come from. */
function prepareShared({ dir, root, config }: OciBundle): void {
  mkdirSync(join(dir, 'shared/inner'), { recursive: true });
  writeFileSync(join(dir, 'shared/file'), 'shared\n');
  mkdirSync(join(root, 'etc/readonly'));
  writeFileSync(join(root, 'etc/secret'), 'secret text\n');
  mkdirSync(join(root, 'etc/hidden'));
  writeFileSync(join(root, 'etc/hidden/file'), 'x');
  symlinkSync('secret', join(root, 'etc/link'));
  for (const mount of config.mounts) {
    if (mount.source === 'shared') mount.source = join(dir, 'shared');
    if (mount.source === 'file') mount.source = join(dir, 'shared/file');
  }
}

const seccomp = (defaultAction: string, ...syscalls: object[]) =>
  linux({
    seccomp: { defaultAction, architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'], syscalls },
  });

const cases: readonly RuntimeCase[] = [
  { name: 'plain' },
  { name: 'a command that is missing', change: process({ args: ['/nonexistent'] }) },
  { name: 'a command that may not be executed', change: process({ args: ['/etc/passwd'] }) },
  { name: 'a command that is a directory', change: process({ args: ['/etc'] }) },
  { name: 'a command that is not in PATH', change: process({ args: ['nonexistent'] }) },
  { name: 'a command without PATH', change: process({ env: [] }) },
  { name: 'a command that fails', change: process({ args: ['sh', '-c', 'exit 7'] }) },
  { name: 'a command that a signal ends', change: process({ args: ['sh', '-c', 'kill -9 $$'] }) },
  { name: 'a command that is stopped by SIGTERM', change: withoutNamespaces('pid') },
  { name: 'a working directory that is missing', change: process({ cwd: '/made/by/the/runtime' }) },
  { name: 'a working directory that is a file', change: process({ cwd: '/etc/passwd' }) },
  { name: 'environment', change: process({ env: ['PATH=/bin', 'A=', 'B=x=y', 'C=two words'] }) },
  { name: 'a user', change: process({ user: { uid: 1000, gid: 1001 } }) },
  { name: 'a user without a home', change: process({ user: { uid: 4242, gid: 0 } }) },
  { name: 'additional groups', change: process({ user: { uid: 0, gid: 0, additionalGids: [7, 8, 4000] } }) },
  { name: 'a user with groups', change: process({ user: { uid: 1000, gid: 1000, additionalGids: [5, 6] } }) },
  { name: 'umask', change: process({ user: { uid: 0, gid: 0, umask: 0o027 } }) },
  { name: 'no capabilities', change: capabilities({}) },
  { name: 'capabilities of a user', change: process({ user: { uid: 1000, gid: 1000 } }) },
  {
    name: 'ambient capabilities of a user',
    change: (config) => {
      const set = ['CAP_CHOWN', 'CAP_NET_RAW'];
      capabilities({ bounding: set, effective: set, permitted: set, inheritable: set, ambient: set })(config);
      config.process.user = { uid: 1000, gid: 1000 };
    },
  },
  {
    name: 'permitted and not effective',
    change: capabilities({ bounding: ['CAP_CHOWN', 'CAP_KILL'], permitted: ['CAP_CHOWN'] }),
  },
  {
    name: 'capabilities that nobody knows',
    change: capabilities({ bounding: ['CAP_CHOWN', 'CAP_X'], permitted: ['CAP_CHOWN'], effective: ['CAP_CHOWN'] }),
  },
  { name: 'no no_new_privs', change: process({ noNewPrivileges: false }) },
  {
    name: 'rlimits',
    change: process({
      rlimits: [
        { type: 'RLIMIT_NOFILE', soft: 100, hard: 200 },
        { type: 'RLIMIT_CORE', soft: 0, hard: 0 },
        { type: 'RLIMIT_STACK', soft: 1 << 22, hard: 1 << 23 },
        { type: 'RLIMIT_NPROC', soft: 500, hard: 600 },
        { type: 'RLIMIT_MEMLOCK', soft: 4096, hard: 4096 },
      ],
    }),
  },
  { name: 'oom_score_adj', change: process({ oomScoreAdj: 321 }) },
  { name: 'a read-only root', change: top({ root: { path: 'rootfs', readonly: true } }) },
  { name: 'no masks', change: linux({ maskedPaths: [], readonlyPaths: [] }) },
  {
    name: 'masks in the root',
    change: linux({
      maskedPaths: ['/etc/secret', '/etc/hidden', '/etc/absent', '/etc/link/below'],
      readonlyPaths: ['/etc/readonly', '/proc/sys', '/etc/absent'],
    }),
  },
  {
    name: 'devices',
    change: (config) => {
      config.linux.devices = [
        { path: '/dev/fuse', type: 'c', major: 10, minor: 229, fileMode: 0o666, uid: 0, gid: 0 },
        { path: '/dev/test-c', type: 'c', major: 1, minor: 3, fileMode: 0o640, uid: 7, gid: 8 },
        { path: '/dev/dir/pipe', type: 'p', fileMode: 0o600, uid: 0, gid: 0 },
        { path: '/dev/ptmx', type: 'c', major: 5, minor: 2, fileMode: 0o666, uid: 0, gid: 0 },
        { path: '/dev/test-b', type: 'b', major: 7, minor: 0 },
      ];
      config.linux.resources.devices = [
        { allow: false, access: 'rwm' },
        { allow: true, type: 'c', major: 10, minor: 229, access: 'rw' },
      ];
    },
  },
  { name: 'every device allowed', change: resources({ devices: [{ allow: true, access: 'rwm' }] }) },
  {
    name: 'a device denied',
    change: resources({ devices: [{ allow: false, type: 'c', major: 1, minor: 9, access: 'r' }] }),
  },
  {
    name: 'device rules in an order',
    change: resources({
      devices: [
        { allow: false, access: 'rwm' },
        { allow: true, type: 'b', major: 7, access: 'r' },
        { allow: false, type: 'b', major: 7, minor: 0, access: 'r' },
        { allow: true, type: 'c', major: 1, minor: 11, access: 'rwm' },
      ],
    }),
  },
  {
    name: 'a memory limit',
    change: resources({ memory: { limit: 1 << 26, reservation: 1 << 25, swap: 1 << 27, swappiness: 10 } }),
  },
  { name: 'unlimited memory', change: resources({ memory: { limit: -1 } }) },
  { name: 'no OOM killer', change: resources({ memory: { limit: 1 << 26, disableOOMKiller: true } }) },
  { name: 'a memory limit alone', change: resources({ memory: { limit: 1 << 26 } }) },
  { name: 'cpu shares and quota', change: resources({ cpu: { shares: 512, quota: 25_000, period: 50_000 } }) },
  { name: 'a cpu quota alone', change: resources({ cpu: { quota: 30_000 } }) },
  { name: 'a cpu period alone', change: resources({ cpu: { period: 200_000 } }) },
  { name: 'the least cpu shares', change: resources({ cpu: { shares: 2 } }) },
  { name: 'cpuset', change: resources({ cpu: { cpus: '0', mems: '0' } }) },
  { name: 'a pids limit', change: resources({ pids: { limit: 50 } }) },
  { name: 'no pids limit', change: resources({ pids: { limit: -1 } }) },
  { name: 'a pids limit of 0', change: resources({ pids: { limit: 0 } }) },
  {
    name: 'sysctls',
    change: linux({
      sysctl: {
        'net.ipv4.ip_forward': '1',
        'kernel.msgmax': '9000',
        'fs.mqueue.msg_max': '20',
        'kernel.shm_rmid_forced': '1',
      },
    }),
  },
  {
    name: 'a host name and a domain name',
    change: top({ hostname: 'other', domainname: 'example.org' }),
  },
  { name: 'no host name', change: top({ hostname: '' }) },
  { name: 'the host’s network', change: withoutNamespaces('network') },
  { name: 'the host’s pids', change: withoutNamespaces('pid') },
  { name: 'the host’s ipc', change: withoutNamespaces('ipc') },
  {
    name: 'the host’s uts',
    change: (config) => {
      withoutNamespaces('uts')(config);
      config.hostname = '';
    },
  },
  { name: 'the host’s cgroup namespace', change: withoutNamespaces('cgroup') },
  {
    name: 'the host’s everything',
    change: (config) => {
      withoutNamespaces('network', 'pid', 'ipc', 'uts', 'cgroup')(config);
      config.hostname = '';
    },
  },
  {
    name: 'namespaces by their paths',
    change: ({ linux }) => {
      for (const ns of linux.namespaces) {
        const file = { network: 'net', ipc: 'ipc', uts: 'uts' }[ns.type];
        if (file !== undefined) ns.path = `/proc/1/ns/${file}`;
      }
    },
  },
  { name: 'bind mounts', change: mounts(bind('/mnt', 'bind'), bind('/work/rw', 'rbind', 'rw')) },
  {
    name: 'read-only bind mounts',
    change: mounts(bind('/mnt', 'rbind', 'ro'), bind('/work/a', 'bind', 'ro', 'nosuid')),
  },
  {
    name: 'options of bind mounts',
    change: mounts(
      bind('/work/a', 'bind', 'nodev', 'noexec', 'nosuid'),
      bind('/work/b', 'rbind', 'noatime', 'nodiratime'),
      bind('/work/c', 'rbind', 'relatime', 'ro', 'rw'),
      bind('/work/d', 'bind', 'strictatime', 'nodiratime'),
    ),
  },
  {
    name: 'propagation of bind mounts',
    change: mounts(
      bind('/work/a', 'bind', 'private'),
      bind('/work/b', 'rbind', 'rprivate'),
      bind('/work/c', 'bind', 'slave'),
      bind('/work/d', 'rbind', 'rslave'),
      bind('/work/e', 'bind', 'unbindable'),
    ),
  },
  {
    name: 'shared bind mounts',
    change: mounts(bind('/work/a', 'bind', 'shared'), bind('/work/b', 'rbind', 'rshared')),
  },
  {
    name: 'a file on a file',
    change: mounts(
      { destination: '/etc/passwd', type: 'bind', source: 'file', options: ['bind', 'ro'] },
      { destination: '/etc/new/file', type: 'bind', source: 'file', options: ['bind'] },
    ),
  },
  {
    name: 'tmpfs mounts',
    change: mounts(
      {
        destination: '/mnt',
        type: 'tmpfs',
        source: 'tmpfs',
        options: ['nosuid', 'size=1m', 'mode=1770', 'uid=5', 'gid=6'],
      },
      { destination: '/work/ro', type: 'tmpfs', source: 'tmpfs', options: ['ro', 'noexec'] },
      { destination: '/work/plain', type: 'tmpfs', source: 'tmpfs' },
    ),
  },
  { name: 'a tmpfs over a directory', change: mounts({ destination: '/etc', type: 'tmpfs', source: 'tmpfs' }) },
  { name: 'a mount through a link', change: mounts({ destination: '/work/../mnt', type: 'tmpfs', source: 'tmpfs' }) },
  {
    name: 'no /dev of its own',
    change: (config) => {
      config.mounts = config.mounts.filter(({ destination }) => !destination.startsWith('/dev'));
    },
  },
  { name: 'no mounts but proc', change: ({ mounts }) => void mounts.splice(1) },
  {
    name: 'a writable cgroup',
    change: ({ mounts }) => void mounts.find(({ type }) => type === 'cgroup')?.options?.splice(-1),
  },
  {
    name: 'a writable /sys',
    change: ({ mounts }) => void mounts.find(({ type }) => type === 'sysfs')?.options?.splice(-1),
  },
  { name: 'a second proc', change: mounts({ destination: '/mnt', type: 'proc', source: 'proc', options: ['ro'] }) },
  { name: 'rootfsPropagation private', change: linux({ rootfsPropagation: 'rprivate' }) },
  { name: 'rootfsPropagation slave', change: linux({ rootfsPropagation: 'rslave' }) },
  { name: 'rootfsPropagation shared', change: linux({ rootfsPropagation: 'rshared' }) },
  { name: 'annotations', change: top({ annotations: { 'org.example.a': 'b', other: '' } }) },
  { name: 'seccomp that allows', change: seccomp('SCMP_ACT_ALLOW') },
  {
    name: 'seccomp that refuses a call',
    change: seccomp('SCMP_ACT_ALLOW', {
      names: ['sethostname', 'mknod', 'mknodat'],
      action: 'SCMP_ACT_ERRNO',
      errnoRet: 1,
    }),
  },
  {
    name: 'seccomp that kills',
    change: (config) => {
      seccomp('SCMP_ACT_ALLOW', { names: ['uname'], action: 'SCMP_ACT_KILL_PROCESS' })(config);
      config.process.args = ['uname', '-a'];
    },
  },
  {
    name: 'seccomp without no_new_privs',
    change: (config) => {
      seccomp('SCMP_ACT_ALLOW', { names: ['mknod'], action: 'SCMP_ACT_ERRNO' })(config);
      config.process.noNewPrivileges = false;
    },
  },
  {
    name: 'a user namespace',
    change: (config) => {
      config.linux.namespaces.push({ type: 'user' });
      const mappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
      Object.assign(config.linux, { uidMappings: mappings, gidMappings: mappings });
    },
    prepare: ({ dir, root }) => {
      chmodSync(dirname(dir), 0o711);
      chmodSync(dir, 0o711);
      execFileSync('chown', ['-hR', '100000:100000', root]);
    },
  },
  { name: 'an older version of the specification', change: top({ ociVersion: '1.0.0' }) },
];

export const runtimeCases: readonly RuntimeCase[] = cases.map((one) => ({
  ...one,
  prepare: (bundle) => {
    prepareShared(bundle);
    one.prepare?.(bundle);
  },
}));
