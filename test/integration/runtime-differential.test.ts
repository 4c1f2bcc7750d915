import { chmodSync, copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  berthRuntime,
  type OciBundle,
  OciHost,
  type RuntimeResult,
  runRuntime,
  writeConfig,
} from '../support/oci-bundle.js';
import { type RuntimeCase, runtimeCases } from '../support/runtime-cases.js';
import { type Difference, differences, type Facts, factsOf } from '../support/runtime-facts.js';

/** A difference that stays: lines of a section that only one of the runtimes has, and why ours is right. */
interface Accepted {
  readonly section: string;
  readonly ours?: RegExp;
  readonly theirs?: RegExp;
  readonly cases?: RegExp;
  readonly why: string;
}

const accepted: readonly Accepted[] = [
  {
    section: 'fds',
    ours: /^[012] (socket:\[\]|.*OUTPUT \(deleted\))$/,
    theirs: /^[012] pipe:\[\]$/,
    why: 'runc copies through pipes in the foreground; we hand over what we were given, as both do for create',
  },
  {
    section: 'stdio',
    ours: /^(socket 777|regular (empty )?file 644) /,
    theirs: /^fifo 600 /,
    why: 'the same: the files are those of the caller',
  },
  {
    section: 'mounts',
    ours: /^\/sys \/ r[ow],.* sysfs sysfs rw$/,
    theirs: /^\/sys \/ r[ow],.* sysfs sysfs ro$/,
    why: 'read-only is the mount; sysfs as a file system has no such state, and others mount it too',
  },
  {
    section: 'mounts',
    ours: /^\/sys\/fs\/cgroup \/ r[ow],.* tmpfs cgroup rw,mode=755$/,
    theirs: /^\/sys\/fs\/cgroup \/ rw,.* tmpfs tmpfs rw,mode=755$/,
    why: 'the directory that holds the hierarchies is as read-only as they are',
  },
  {
    section: 'mounts',
    ours: /^\/sys\/fs\/cgroup\/(unified \/\S* .* cgroup2 cgroup2|systemd \/ .* cgroup cgroup) /,
    theirs: /^\/sys\/fs\/cgroup\/systemd \/ .* cgroup systemd /,
    why: 'on a hybrid host the container is in the unified tree too, and sees it',
  },
  {
    section: 'mounts',
    ours: /^\S+ \/ ro,nosuid,nodev,noexec,relatime {2}tmpfs tmpfs rw,size=4k,nr_inodes=2,mode=755$/,
    theirs: /^\S+ \/ ro,relatime {2}tmpfs tmpfs ro$/,
    why: 'what hides a directory holds no program, device or more than a page',
  },
  {
    section: 'mounts',
    ours: /^\S+ \/null rw,relatime {2}devtmpfs devtmpfs /,
    theirs: /^\S+ \/null rw,\S+ {2}tmpfs tmpfs /,
    why: 'a file is hidden by the host’s /dev/null, which the container cannot have replaced',
  },
  {
    section: 'mounts',
    cases: /^a user namespace$/,
    ours: /^\/dev\/\w+ \/\d rw,nosuid,noexec,relatime {2}tmpfs devices /,
    theirs: /^\/dev\/\w+ \/\w+ rw,relatime {2}devtmpfs devtmpfs /,
    why: 'nodes are made for the container, whatever the host’s /dev has; nosuid and noexec are what later runtimes add',
  },
  {
    section: 'mounts',
    cases: /^a user namespace$/,
    ours: /^\S+ \/ ro,nosuid,nodev,noexec,relatime {2}tmpfs (tmpfs rw,size=4k,nr_inodes=2|cgroup rw),mode=755,uid=100000,gid=100000$/,
    theirs: /^\S+ \/ r[ow],\S+ {2}tmpfs tmpfs r[ow],.*uid=100000,gid=100000$/,
    why: 'as without a user namespace, but for the owner',
  },
  {
    section: 'dev',
    cases: /^a user namespace$/,
    ours: /^\/dev\/(mqueue directory 0:0 1777 65534:65534|\w+ character special file \S+ 666 0:0) /,
    theirs: /^\/dev\/(mqueue directory 0:0 1777 0:65534|\w+ character special file \S+ 666 65534:65534) /,
    why: 'nodes belong to root, as config.json has it; queues to who made the ipc namespace, whom the container does not know',
  },
  {
    section: 'mounts',
    cases: /no \/dev of its own|no mounts but proc/,
    theirs: /^\/proc\/\w+ BUNDLE\/rootfs\/dev\/null /,
    why: 'the same: runc hides it by a file of the image',
  },
  {
    section: 'mounts',
    cases: /^a second proc$/,
    ours: /^\/mnt \/ ro,relatime {2}proc proc rw$/,
    theirs: /^\/mnt \/ ro,relatime {2}proc proc ro$/,
    why: 'as with sysfs',
  },
  {
    section: 'mounts',
    cases: /^a tmpfs over a directory$/,
    ours: /^\/etc \/ rw,relatime {2}tmpfs tmpfs rw,mode=755$/,
    theirs: /^\/etc \/ rw,relatime {2}tmpfs tmpfs rw$/,
    why: 'both have the mode of the directory below; ours is born with it',
  },
  {
    section: 'mounts',
    cases: /^rootfsPropagation shared$/,
    ours: / shared /,
    theirs: /^\S+ \S+ \S+ {2}/,
    why: 'config-linux.md: rootfsPropagation is that of the root in the container; runc 1.1 leaves it private',
  },
  {
    section: 'files',
    cases: /^a mount through a link$/,
    ours: /^\/work directory /,
    why: 'the path is walked, not shortened as text, so what is missing on the way is made',
  },
  {
    section: 'names',
    cases: /^a host name and a domain name$/,
    ours: /^example.org$/,
    theirs: /^\(none\)$/,
    why: 'domainname is of version 1.1 of the specification; runc 1.1 skips it',
  },
  {
    section: 'env',
    cases: /^a file on a file$/,
    ours: /^HOME=\/$/,
    theirs: /^HOME=$/,
    why: 'a line that is no entry of passwd(5) says nothing of a home',
  },
  {
    section: 'code',
    cases: /^a command without PATH$/,
    ours: /^0$/,
    theirs: /^1$/,
    why: 'a command is found as by execvp(3), which has a path where the environment has none',
  },
  {
    section: 'oom',
    cases: /^exec: a process object$/,
    ours: /^100$/,
    theirs: /^0$/,
    why: 'oomScoreAdj is of the process, whoever starts it; runc honours only that of the first',
  },
  {
    section: 'dev',
    ours: /^\/dev\/core symbolic link .* '\/proc\/kcore'$/,
    why: 'runc makes it only where /proc/kcore is readable on the host; the specification lists no such condition',
  },
  {
    section: 'controllers',
    ours: /^devices\/devices.list c 5:1 rwm$/,
    theirs: /^devices\/devices.list c 10:200 rwm$/,
    why: 'the specification has /dev/console among the default devices, and no /dev/net/tun, which later runc dropped',
  },
];

let host: OciHost;
const used = new Set<Accepted>();

beforeAll(() => {
  host = new OciHost(`berthtestdiff${process.pid}`);
});

afterAll(() => host.close());

function bundleOf(one: RuntimeCase): OciBundle {
  const bundle = host.bundle((config) => {
    config.process.args = ['sh', '/probe', 'one', 'two words'];
    one.change?.(config);
  });
  copyFileSync('test/support/runtime-probe.sh', join(bundle.root, 'probe'));
  chmodSync(join(bundle.root, 'probe'), 0o755);
  one.prepare?.(bundle);
  writeConfig(bundle);
  return bundle;
}

interface Ran {
  readonly facts: Facts;
  readonly stderr: string;
}

function ran(result: RuntimeResult, bundle: OciBundle): Ran {
  return { facts: factsOf(result, bundle), stderr: result.stderr };
}

function call(runtime: string, ...args: string[]): RuntimeResult {
  const state = join(host.dir, `state-${runtime.slice(runtime.lastIndexOf('/') + 1)}`);
  return runRuntime(runtime, ['--root', state, ...args]);
}

function run(runtime: string, one: RuntimeCase): Ran {
  const bundle = bundleOf(one);
  return ran(call(runtime, 'run', '-b', bundle.dir, bundle.id), bundle);
}

/** Runs the probe in a container that sleeps. */
function exec(runtime: string, options: readonly string[], command: readonly string[]): Ran {
  const bundle = bundleOf({ name: 'sleeps', change: ({ process }) => void process.args.splice(0, 4, 'sleep', '600') });
  const started = call(runtime, 'run', '--detach', '-b', bundle.dir, bundle.id);
  if (started.code !== 0) throw new Error(started.stderr);
  try {
    return ran(call(runtime, 'exec', ...options, bundle.id, ...command), bundle);
  } finally {
    call(runtime, 'delete', '--force', bundle.id);
  }
}

/** What is left of a difference without the lines that an entry of the list explains. */
function unexplained(name: string, difference: Difference): Difference | null {
  let { ours, theirs } = difference;
  for (const entry of accepted) {
    if (entry.section !== difference.section || entry.cases?.test(name) === false) continue;
    const [own, other] = [drop(ours, entry.ours), drop(theirs, entry.theirs)];
    if (own !== ours || other !== theirs) used.add(entry);
    [ours, theirs] = [own, other];
  }
  return ours === '' && theirs === '' ? null : { ...difference, ours, theirs };
}

function drop(text: string, pattern: RegExp | undefined): string {
  if (pattern === undefined) return text;
  return text
    .split('\n')
    .filter((line) => !pattern.test(line))
    .join('\n');
}

function expectSame(name: string, ours: Ran, theirs: Ran): void {
  const left = differences(ours.facts, theirs.facts).flatMap((difference) => unexplained(name, difference) ?? []);
  expect(left, `${ours.stderr}${theirs.stderr}`).toEqual([]);
}

describe('the same bundle under runc and under ours', () => {
  it.for(runtimeCases.map((one) => [one.name, one] as const))('%s', ([name, one]) => {
    expectSame(name, run(berthRuntime, one), run('runc', one));
  });
});

const probe = ['sh', '/probe', 'one', 'two words'];

describe('exec under runc and under ours', () => {
  it.for([
    ['as the container is', [], probe],
    ['a user', ['--user', '1000:1001'], probe],
    ['a user alone', ['--user', '1000'], probe],
    ['more groups', ['--user', '1000:1001', '--additional-gids', '7', '--additional-gids', '8'], probe],
    ['environment', ['--env', 'A=1', '--env', 'B=two words'], probe],
    ['a working directory', ['--cwd', '/tmp'], probe],
    ['a capability', ['--cap', 'CAP_NET_RAW'], probe],
    ['a code', [], ['sh', '-c', 'exit 7']],
    ['a signal', [], ['sh', '-c', 'kill -15 $$']],
    ['a missing command', [], ['/nonexistent']],
    ['a missing directory', ['--cwd', '/nonexistent'], probe],
  ] as const)('%s', ([name, options, command]) => {
    expectSame(`exec: ${name}`, exec(berthRuntime, options, command), exec('runc', options, command));
  });

  it('a process object', () => {
    const process = {
      terminal: false,
      user: { uid: 1000, gid: 1000, additionalGids: [5, 6] },
      args: probe,
      env: ['PATH=/bin', 'HOME=/x'],
      cwd: '/tmp',
      capabilities: { bounding: ['CAP_CHOWN'], effective: [], permitted: ['CAP_CHOWN'], inheritable: [], ambient: [] },
      // soft as hard: runc, being Go, now and then raises one that is lower
      rlimits: [{ type: 'RLIMIT_NOFILE', soft: 64, hard: 64 }],
      noNewPrivileges: true,
      oomScoreAdj: 100,
    };
    const file = join(host.dir, 'process.json');
    writeFileSync(file, JSON.stringify(process));
    const [ours, theirs] = [berthRuntime, 'runc'].map((runtime) => exec(runtime, ['--process', file], []));
    if (ours && theirs) expectSame('exec: a process object', ours, theirs);
  });
});

describe('the list of differences', () => {
  it('explains none that is not there', (ctx) => {
    if (!existsSync('/sys/fs/cgroup/unified')) ctx.skip('a host with hybrid cgroups shows them all');
    expect(accepted.filter((entry) => !used.has(entry))).toEqual([]);
  });
});
