import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { assertWorldClean, snapshotWorld, type World } from './world.js';

/** The runtime under test. */
export const berthRuntime = resolve('build/Release/berth-runtime');

export interface OciHook {
  path: string;
  args?: string[];
  env?: string[];
  timeout?: number;
}

export interface OciMount {
  destination: string;
  type?: string;
  source?: string;
  options?: string[];
}

/** A config.json, as far as tests change it; `config-schema` says what a key holds. */
export interface OciConfig {
  ociVersion: string;
  process: {
    terminal: boolean;
    user: { uid: number; gid: number; umask?: number; additionalGids?: number[] };
    args: string[];
    env: string[];
    cwd: string;
    capabilities?: Record<'bounding' | 'effective' | 'permitted' | 'inheritable' | 'ambient', string[]>;
    rlimits?: { type: string; soft: number; hard: number }[];
    noNewPrivileges?: boolean;
    oomScoreAdj?: number;
    [key: string]: unknown;
  };
  root: { path: string; readonly: boolean };
  hostname: string;
  mounts: OciMount[];
  hooks?: Record<string, OciHook[]>;
  annotations?: Record<string, string>;
  linux: {
    namespaces: { type: string; path?: string }[];
    cgroupsPath: string;
    resources: Record<string, unknown>;
    [key: string]: unknown;
  };
  [key: string]: unknown;
}

export interface RuntimeResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const capabilities = ['CAP_AUDIT_WRITE', 'CAP_KILL', 'CAP_NET_BIND_SERVICE'];

/** What `runc spec` writes, but for the command, the limits of the process and the cgroup. */
function plainConfig(cgroupsPath: string): OciConfig {
  return {
    ociVersion: '1.0.2',
    process: {
      terminal: false,
      user: { uid: 0, gid: 0 },
      args: ['sh', '-c', 'true'],
      env: ['PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'TERM=xterm'],
      cwd: '/',
      capabilities: {
        bounding: capabilities,
        effective: capabilities,
        permitted: capabilities,
        inheritable: [],
        ambient: [],
      },
      noNewPrivileges: true,
    },
    root: { path: 'rootfs', readonly: false },
    hostname: 'berthtest',
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      {
        destination: '/dev',
        type: 'tmpfs',
        source: 'tmpfs',
        options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
      },
      {
        destination: '/dev/pts',
        type: 'devpts',
        source: 'devpts',
        options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
      },
      {
        destination: '/dev/shm',
        type: 'tmpfs',
        source: 'shm',
        options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k'],
      },
      { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev'] },
      { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro'] },
      {
        destination: '/sys/fs/cgroup',
        type: 'cgroup',
        source: 'cgroup',
        options: ['nosuid', 'noexec', 'nodev', 'relatime', 'ro'],
      },
    ],
    linux: {
      namespaces: ['pid', 'network', 'ipc', 'uts', 'mount', 'cgroup'].map((type) => ({ type })),
      cgroupsPath,
      resources: { devices: [{ allow: false, access: 'rwm' }] },
      maskedPaths: [
        '/proc/acpi',
        '/proc/asound',
        '/proc/kcore',
        '/proc/keys',
        '/proc/latency_stats',
        '/proc/timer_list',
        '/proc/timer_stats',
        '/proc/sched_debug',
        '/sys/firmware',
        '/proc/scsi',
      ],
      readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
    },
  };
}

/** OCI bundles with a busybox root below a directory of their own, and the runtimes that run them. */
export class OciHost {
  readonly dir = mkdtempSync(join(tmpdir(), 'berthtest-oci-'));
  readonly stack: string;
  readonly #before: World;
  #bundles = 0;

  /** `name` begins the containers' ids and names their cgroups' parent, `/berth/<name>`. */
  constructor(name: string) {
    this.stack = name;
    mkdirSync(join(this.dir, 'image/bin'), { recursive: true });
    copyFileSync('/bin/busybox', join(this.dir, 'image/bin/busybox'));
    const list = spawnSync('/bin/busybox', ['--list'], { encoding: 'utf8' }).stdout.trim().split('\n');
    for (const applet of list) if (applet !== 'busybox') symlinkSync('busybox', join(this.dir, 'image/bin', applet));
    this.#before = snapshotWorld({ dirs: [this.dir], stacks: [this.stack] });
  }

  /** A bundle whose config.json is the plain one as `change` left it. */
  bundle(change: (config: OciConfig) => void = () => undefined): OciBundle {
    const id = `${this.stack}-${++this.#bundles}`;
    const dir = join(this.dir, id);
    const root = join(dir, 'rootfs');
    const image = join(this.dir, 'image/bin');
    for (const name of ['bin', 'proc', 'sys', 'dev', 'tmp', 'etc', 'root'])
      mkdirSync(join(root, name), { recursive: true });
    for (const applet of readdirSync(image)) {
      if (applet === 'busybox') linkSync(join(image, applet), join(root, 'bin', applet));
      else symlinkSync('busybox', join(root, 'bin', applet));
    }
    writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
    const config = plainConfig(`/berth/${this.stack}/${id}`);
    change(config);
    const bundle = { id, dir, root, config };
    writeConfig(bundle);
    return bundle;
  }

  /** Runs a command of berth-runtime with a state directory of this host. */
  runtime(args: readonly string[], options: RuntimeOptions = {}): RuntimeResult {
    return runRuntime(berthRuntime, ['--root', join(this.dir, 'state'), ...args], options);
  }

  /** Removes every container and cgroup that is left, and checks that the rest is as it was. */
  close(): void {
    try {
      for (const id of this.#left()) this.runtime(['delete', '--force', id]);
      removeCgroups(this.stack);
      for (const name of readdirSync(this.dir))
        if (name !== 'image') rmSync(join(this.dir, name), { recursive: true, force: true });
      assertWorldClean(this.#before);
    } finally {
      rmSync(this.dir, { recursive: true, force: true });
    }
  }

  #left(): string[] {
    const state = join(this.dir, 'state');
    return existsSync(state) ? readdirSync(state) : [];
  }
}

export interface OciBundle {
  readonly id: string;
  readonly dir: string;
  readonly root: string;
  readonly config: OciConfig;
}

export interface RuntimeOptions {
  readonly input?: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

export function writeConfig(bundle: OciBundle): void {
  writeFileSync(join(bundle.dir, 'config.json'), JSON.stringify(bundle.config));
}

/**
 * Runs a runtime's command to its end. Standard input is `input`, and nothing where there is none. Output goes to files:
 * what `create` leaves behind holds its standard output open.
 */
export function runRuntime(path: string, args: readonly string[], options: RuntimeOptions = {}): RuntimeResult {
  const outputs = [unnamedFile(), unnamedFile()] as const;
  try {
    const { status, error } = spawnSync(path, args, {
      timeout: 60_000,
      killSignal: 'SIGKILL',
      ...options,
      stdio: ['pipe', ...outputs],
      input: options.input ?? '',
    });
    if (error) throw error;
    const [stdout, stderr] = outputs.map((fd) => readFileSync(`/proc/self/fd/${fd}`, 'utf8'));
    return { code: status, stdout: stdout ?? '', stderr: stderr ?? '' };
  } finally {
    outputs.forEach(closeSync);
  }
}

function unnamedFile(): number {
  const path = join(tmpdir(), `berthtest-output-${randomBytes(8).toString('hex')}`);
  const fd = openSync(path, 'w+');
  unlinkSync(path);
  return fd;
}

/** Removes the empty cgroups `/berth/<stack>` from every hierarchy. */
export function removeCgroups(stack: string): void {
  const parents = spawnSync('find', ['/sys/fs/cgroup', '-depth', '-path', `*/berth/${stack}*`, '-type', 'd'], {
    encoding: 'utf8',
  }).stdout.split('\n');
  for (const parent of parents) if (parent !== '') spawnSync('rmdir', [parent]);
}
