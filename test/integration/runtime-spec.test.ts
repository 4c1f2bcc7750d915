import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OciBundle, type OciConfig, OciHost, type RuntimeResult } from '../support/oci-bundle.js';

let host: OciHost;

beforeEach(() => {
  host = new OciHost(`berthtestspec${process.pid}`);
});

afterEach(() => host.close());

/** Runs a script in a container to its end. */
function run(script: string, change: (config: OciConfig) => void = () => undefined, log?: string): RuntimeResult {
  const bundle = host.bundle((config) => {
    config.process.args = ['sh', '-c', script];
    change(config);
  });
  return runBundle(bundle, log);
}

function runBundle(bundle: OciBundle, log?: string): RuntimeResult {
  const logging = log === undefined ? [] : ['--log', log, '--log-format', 'json'];
  return host.runtime([...logging, 'run', '--bundle', bundle.dir, bundle.id]);
}

function holds(capability: number): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> BigInt(capability)) & 1n) === 1n;
}

const SYS_RESOURCE = 24;

/** What a field of config.json means to a process inside: how it is set, a script, and what that prints. */
interface Row {
  readonly field: string;
  readonly change: (config: OciConfig) => void;
  readonly script: string;
  readonly prints: string;
}

const inside: readonly Row[] = [
  {
    field: 'process.user',
    change: ({ process }) => {
      process.user = { uid: 7, gid: 8, umask: 0o27, additionalGids: [9, 4_000_000_000] };
      Object.assign(process.user, { username: 'of-windows' });
    },
    script: 'id -u; id -g; id -G; umask',
    prints: '7\n8\n8 9 4000000000\n0027\n',
  },
  {
    field: 'process.ioPriority',
    change: ({ process }) => {
      process['ioPriority'] = { class: 'IOPRIO_CLASS_BE', priority: 6 };
    },
    script: 'ionice',
    prints: 'best-effort: prio 6\n',
  },
  {
    field: 'process.scheduler',
    change: ({ process }) => {
      process['scheduler'] = { policy: 'SCHED_BATCH', nice: 3, flags: ['SCHED_FLAG_RESET_ON_FORK'] };
    },
    script: "awk '{ print $41, $19 }' /proc/1/stat",
    prints: '3 3\n',
  },
  {
    field: 'process.rlimits',
    change: ({ process }) => {
      process.rlimits = [
        { type: 'RLIMIT_CORE', soft: 0, hard: 4096 },
        { type: 'RLIMIT_FSIZE', soft: 8192, hard: 16384 },
        { type: 'RLIMIT_NOFILE', soft: 33, hard: 44 },
      ];
    },
    script: "awk '/core file|file size|open files/ { print $(NF-2), $(NF-1) }' /proc/self/limits",
    prints: '8192 16384\n0 4096\n33 44\n',
  },
  {
    field: 'hostname and domainname',
    change: (config) => {
      config.hostname = 'inside';
      config['domainname'] = 'example.org';
    },
    script: 'hostname; cat /proc/sys/kernel/domainname',
    prints: 'inside\nexample.org\n',
  },
  {
    field: 'linux.personality',
    change: ({ linux }) => {
      linux['personality'] = { domain: 'LINUX32' };
    },
    script: 'cat /proc/self/personality',
    prints: '00000008\n',
  },
  {
    field: 'linux.memoryPolicy',
    change: ({ linux }) => {
      linux['memoryPolicy'] = { mode: 'MPOL_BIND', nodes: '0', flags: ['MPOL_F_STATIC_NODES'] };
    },
    script: 'grep -c -m1 bind=static:0 /proc/self/numa_maps',
    prints: '1\n',
  },
  {
    field: 'linux.timeOffsets',
    change: ({ linux }) => {
      linux.namespaces.push({ type: 'time' });
      linux['timeOffsets'] = { boottime: { secs: 86_400 * 1000 }, monotonic: { secs: 7, nanosecs: 8 } };
    },
    script: "awk '{ print ($1 > 86400000) }' /proc/uptime; awk '{ print $1, $2, $3 }' /proc/self/timens_offsets",
    prints: '1\nmonotonic 7 8\nboottime 86400000 0\n',
  },
  {
    field: 'linux.devices',
    change: ({ linux }) => {
      linux['devices'] = [
        { path: '/dev/zero2', type: 'c', major: 1, minor: 5, fileMode: 0o640, uid: 3, gid: 4 },
        { path: '/srv/deep/also', type: 'u', major: 1, minor: 3 },
        { path: '/dev/disk', type: 'b', major: 8, minor: 1, fileMode: 0o60600 },
        { path: '/dev/pipe', type: 'p', uid: 5 },
      ];
    },
    script: "stat -c '%F %a %u:%g %t:%T' /dev/zero2 /srv/deep/also /dev/disk /dev/pipe",
    prints:
      'character special file 640 3:4 1:5\ncharacter special file 666 0:0 1:3\n' +
      'block special file 600 0:0 8:1\nfifo 666 5:0 0:0\n',
  },
  {
    field: 'linux.maskedPaths and readonlyPaths',
    change: (config) => {
      config.linux['maskedPaths'] = ['/etc/passwd', '/root', '/absent'];
      config.linux['readonlyPaths'] = ['/tmp', '/absent'];
    },
    script: 'wc -c < /etc/passwd; (echo x > /root/x) 2>&1; (echo x > /tmp/x) 2>&1; true',
    prints: "0\nsh: can't create /root/x: Read-only file system\nsh: can't create /tmp/x: Read-only file system\n",
  },
  {
    field: 'linux.rootfsPropagation unbindable',
    change: ({ linux }) => {
      linux['rootfsPropagation'] = 'unbindable';
    },
    script: 'awk \'$5 == "/" { print $7 }\' /proc/self/mountinfo',
    prints: 'unbindable\n',
  },
  {
    field: 'root.readonly',
    change: (config) => {
      config.root.readonly = true;
    },
    script: '(echo x > /x) 2>&1; true',
    prints: "sh: can't create /x: Read-only file system\n",
  },
  {
    field: 'mounts: a relative destination, options of mount and filesystem',
    change: (config) => {
      config.mounts.push({
        destination: 'tmp',
        type: 'tmpfs',
        source: 'x',
        options: ['ro', 'rw', 'nosuid', 'dirsync'],
      });
    },
    script: 'awk \'$5 == "/tmp" { print $6, ($NF ~ /dirsync/) }\' /proc/self/mountinfo',
    prints: 'rw,nosuid,relatime 1\n',
  },
  {
    field: 'mounts: tmpcopyup',
    change: (config) => {
      config.mounts.push({ destination: '/etc', type: 'tmpfs', source: 'tmpfs', options: ['tmpcopyup'] });
    },
    script: 'cat /etc/passwd; echo x > /etc/new && ls /etc',
    prints: 'root:x:0:0:root:/root:/bin/sh\nnew\npasswd\n',
  },
  {
    field: 'mounts: remount',
    change: (config) => {
      config.mounts.push({ destination: '/dev', type: 'none', options: ['remount', 'noexec'] });
    },
    script: 'awk \'$5 == "/dev" { print $6 }\' /proc/self/mountinfo',
    prints: 'rw,nosuid,noexec\n',
  },
  {
    field: 'mounts: an overlay and a cgroup2',
    change: (config) => {
      config.mounts.push(
        { destination: '/tmp', type: 'overlay', source: 'overlay', options: ['lowerdir=/bin:/etc', 'ro'] },
        { destination: '/root', type: 'cgroup2', source: 'cgroup', options: ['ro'] },
      );
    },
    script: 'test -e /tmp/passwd && test -e /root/cgroup.procs && echo both',
    prints: 'both\n',
  },
];

describe('config.json', () => {
  it.each(inside)('$field', ({ change, script, prints }) => {
    expect(run(script, change)).toEqual({ code: 0, stdout: prints, stderr: '' });
  });

  it('binds a source that is relative to the bundle', () => {
    const bundle = host.bundle((config) => {
      config.process.args = ['cat', '/tmp/file'];
      config.mounts.push({ destination: '/tmp', type: 'none', source: 'given', options: ['rbind', 'ro'] });
    });
    mkdirSync(join(bundle.dir, 'given'));
    writeFileSync(join(bundle.dir, 'given/file'), 'of the bundle\n');
    expect(runBundle(bundle).stdout).toBe('of the bundle\n');
  });

  it('takes a relative cgroupsPath for one at the root of the hierarchies', () => {
    const path = `berth/${host.stack}/relative`;
    const result = run('cat /proc/1/cgroup', ({ linux }) => {
      linux.cgroupsPath = path;
      linux.namespaces = linux.namespaces.filter(({ type }) => type !== 'cgroup');
    });
    expect(result.stdout).toContain(`:/${path}\n`);
  });

  it('shows a slave root what the host mounts later', () => {
    const bundle = host.bundle((config) => {
      config.process.args = ['sh', '-c', 'until test -e /tmp/late; do sleep 0.05; done; echo seen'];
      config.linux['rootfsPropagation'] = 'rslave';
    });
    spawnSync('mount', ['--bind', bundle.root, bundle.root]);
    spawnSync('mount', ['--make-shared', bundle.root]);
    try {
      expect(host.runtime(['run', '--detach', '--bundle', bundle.dir, bundle.id]).code).toBe(0);
      const { pid } = JSON.parse(host.runtime(['state', bundle.id]).stdout);
      spawnSync('mount', ['-t', 'tmpfs', 'berthtest', join(bundle.root, 'tmp')]);
      writeFileSync(join(bundle.root, 'tmp/late'), '');
      expect(existsSync(`/proc/${pid}/root/tmp/late`)).toBe(true);
    } finally {
      host.runtime(['delete', '--force', bundle.id]);
      spawnSync('umount', ['-R', bundle.root]);
    }
  });

  it('creates a container without a process, and refuses to start it', () => {
    const bundle = host.bundle((config) => {
      Reflect.deleteProperty(config, 'process');
    });
    expect(host.runtime(['create', '--bundle', bundle.dir, bundle.id])).toEqual({ code: 0, stdout: '', stderr: '' });
    const started = host.runtime(['start', bundle.id]);
    expect(started.code).toBe(1);
    expect(started.stderr).toContain('config.json: /process: is missing');
    expect(host.runtime(['delete', '--force', bundle.id]).code).toBe(0);
  });
});

describe('what is not honoured', () => {
  const refusals: readonly [string, (config: OciConfig) => void, string][] = [
    [
      'commandLine',
      ({ process }) => void Object.assign(process, { commandLine: 'x' }),
      '/process/commandLine: is not supported',
    ],
    ['hostname without a uts namespace', (config) => leave(config, 'uts'), '/hostname: needs a uts namespace'],
    ['intelRdt', ({ linux }) => void Object.assign(linux, { intelRdt: {} }), '/linux/intelRdt: is not supported'],
    [
      'netDevices without a network namespace',
      (config) => {
        leave(config, 'network');
        config.linux['netDevices'] = { eth0: {} };
      },
      '/linux/netDevices: needs a network namespace',
    ],
    [
      'timeOffsets without a time namespace',
      ({ linux }) => void Object.assign(linux, { timeOffsets: { boottime: { secs: 1 } } }),
      '/linux/timeOffsets: needs a new time namespace',
    ],
    [
      'rdma',
      ({ linux }) => void Object.assign(linux.resources, { rdma: { mlx: { hcaHandles: 1 } } }),
      'controller rdma: ',
    ],
    [
      'a file of the unified tree that is not there',
      ({ linux }) => void Object.assign(linux.resources, { unified: { 'berthtest.knob': '1' } }),
      'controller berthtest: the unified tree has no berthtest.knob',
    ],
    ['a mount option', (config) => void config.mounts.push(bind('sync')), 'sync: is of the filesystem'],
  ];

  it.each(refusals)('%s is refused by name, and nothing is left', (_name, change, reason) => {
    const result = run('true', change);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(reason);
    expect(host.runtime(['list', '--quiet']).stdout).toBe('');
  });

  it('unknown keys and capabilities are logged, and the container runs', () => {
    const log = join(host.dir, 'log.json');
    const result = run(
      'echo runs',
      (config) => {
        config['x-other-engine'] = { a: 1 };
        const none = { effective: [], permitted: [], inheritable: [], ambient: [] };
        config.process.capabilities = { ...none, bounding: ['CAP_OF_TOMORROW'] };
      },
      log,
    );
    expect(result.stdout).toBe('runs\n');
    expect(warnings(log)).toEqual([
      "/process/capabilities/bounding: unknown capability 'CAP_OF_TOMORROW' is not granted",
      '/x-other-engine: is not known and has no effect',
    ]);
    rmSync(log);
  });

  it('limits that this host does not give are logged, and the container runs', (ctx) => {
    if (holds(SYS_RESOURCE)) return ctx.skip('the runtime may raise every limit here');
    const log = join(host.dir, 'log.json');
    const result = run(
      'echo runs',
      ({ process }) => {
        process.rlimits = [{ type: 'RLIMIT_NOFILE', soft: 10, hard: 1_000_000_000 }];
        process.oomScoreAdj = -1000;
      },
      log,
    );
    expect(result).toMatchObject({ code: 0, stdout: 'runs\n' });
    expect(warnings(log)).toEqual([
      expect.stringMatching(
        /^oom_score_adj: \/proc\/self\/oom_score_adj.*: (permission denied|operation not permitted)$/,
      ),
      expect.stringMatching(
        /^rlimit RLIMIT_NOFILE: 1000000000 is above this host's hard limit, \d+, which holds instead/,
      ),
    ]);
    rmSync(log);
  });

  it('an image where a device is another file is refused', () => {
    const bundle = host.bundle(({ linux }) => {
      linux['devices'] = [{ path: '/etc/passwd', type: 'c', major: 1, minor: 3 }];
    });
    const before = statSync(join(bundle.root, 'etc/passwd'));
    expect(runBundle(bundle).stderr).toContain('device /etc/passwd: ');
    expect(statSync(join(bundle.root, 'etc/passwd')).ino).toBe(before.ino);
  });

  it('a remount does not follow a symlink of the image', () => {
    const bundle = host.bundle((config) => {
      config.mounts.push({ destination: '/link', type: 'none', options: ['remount', 'rw'] });
    });
    symlinkSync('/sys', join(bundle.root, 'link'));
    expect(runBundle(bundle).stderr).toContain('mount /link: /link');
  });
});

function leave(config: OciConfig, namespace: string): void {
  config.linux.namespaces = config.linux.namespaces.filter(({ type }) => type !== namespace);
}

function bind(option: string) {
  return { destination: '/tmp', type: 'none', source: '/tmp', options: ['rbind', option] };
}

/** The messages of the warnings in a log of `--log-format json`. */
function warnings(log: string): string[] {
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
  const records: { level: string; msg: string }[] = lines.map((line) => JSON.parse(line));
  return records.filter(({ level }) => level === 'warning').map(({ msg }) => msg);
}
