import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeRootfs } from './rootfs.js';
import { assertWorldClean, snapshotWorld, type World } from './world.js';

/** How a runtime's command ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A container that runs, in front of us. */
export interface RunningContainer {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly ended: Promise<Ended>;
}

/** What a test changes of a plain config.json. */
export interface BundleParts {
  readonly args?: readonly string[];
  readonly cwd?: string;
  readonly env?: readonly string[];
  readonly capabilities?: readonly string[];
  /** in place of the usual ones */
  readonly mounts?: readonly object[];
  /** further ones */
  readonly moreMounts?: readonly object[];
  readonly terminal?: boolean;
  readonly maskedPaths?: readonly string[];
  /** paths by type, where one is joined */
  readonly join?: Readonly<Record<string, string>>;
}

const CGROUPS = `berthtest-attack-${process.pid}`;

export const OURS = join(process.cwd(), 'build/Release/berth-runtime');

const MOUNTS = [
  { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
  { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=64k'] },
  {
    destination: '/dev/pts',
    type: 'devpts',
    source: 'devpts',
    options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620'],
  },
  { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro'] },
];

/** Bundles of busybox in a directory of their own, which OCI runtimes run, and a directory that is none of theirs. */
export class AttackBench {
  readonly dir = mkdtempSync(join(tmpdir(), 'berthtest-attack-'));
  /** of the host: nothing in it may change, and nothing of it may be seen */
  readonly outside = join(this.dir, 'outside');
  readonly #before: World;
  #bundles = 0;

  constructor() {
    mkdirSync(this.outside);
    writeFileSync(join(this.outside, 'secret'), 'secret of the host\n');
    this.#before = snapshotWorld({ dirs: [join(this.dir, 'state')], stacks: [] });
  }

  /** @returns the bundle's directory; its tree is `rootfs` */
  bundle(parts: BundleParts = {}): string {
    const bundle = join(this.dir, `bundle${this.#bundles++}`);
    mkdirSync(bundle);
    writeRootfs(join(bundle, 'rootfs'));
    this.configure(bundle, parts);
    return bundle;
  }

  configure(bundle: string, parts: BundleParts): void {
    const held = parts.capabilities ?? ['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FOWNER', 'CAP_MKNOD', 'CAP_KILL'];
    const types = ['pid', 'network', 'ipc', 'uts', 'mount'];
    const config = {
      ociVersion: '1.0.2',
      root: { path: 'rootfs', readonly: false },
      process: {
        terminal: parts.terminal ?? false,
        user: { uid: 0, gid: 0 },
        args: parts.args ?? ['/bin/true'],
        env: parts.env ?? ['PATH=/bin'],
        cwd: parts.cwd ?? '/',
        capabilities: { bounding: held, effective: held, permitted: held },
        noNewPrivileges: true,
      },
      hostname: 'berthtest',
      mounts: [...(parts.mounts ?? MOUNTS), ...(parts.moreMounts ?? [])],
      linux: {
        namespaces: types.map((type) => ({ type, ...(parts.join?.[type] ? { path: parts.join[type] } : {}) })),
        cgroupsPath: `/${CGROUPS}-${bundle.split('/').pop()}`,
        resources: {},
        maskedPaths: parts.maskedPaths ?? ['/proc/kcore'],
        readonlyPaths: ['/proc/sys'],
      },
    };
    writeFileSync(join(bundle, 'config.json'), JSON.stringify(config));
  }

  /** `run` of a bundle to its end. */
  run(bundle: string, runtime = OURS, stdio: readonly number[] = []): Ended {
    const { status, stdout, stderr } = spawnSync(runtime, this.#command(bundle), {
      stdio: ['ignore', 'pipe', 'pipe', ...stdio],
      encoding: 'utf8',
    });
    return { code: status, stdout, stderr };
  }

  /** `run` of a bundle, which goes on. */
  start(bundle: string, runtime = OURS): RunningContainer {
    const child = spawn(runtime, this.#command(bundle), { stdio: ['ignore', 'pipe', 'pipe'] });
    const texts = { stdout: '', stderr: '' };
    child.stdout?.on('data', (chunk: Buffer) => {
      texts.stdout += chunk.toString();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      texts.stderr += chunk.toString();
    });
    const ended = once(child, 'close').then(([code]) => ({ code: code === null ? null : Number(code), ...texts }));
    return { child, stdout: () => texts.stdout, ended };
  }

  /** Ends a container that runs. */
  async kill(bundle: string, container: RunningContainer): Promise<Ended> {
    spawnSync(OURS, [...this.#global, 'kill', this.#id(bundle), 'KILL']);
    return container.ended;
  }

  /** The host's pid of its init. */
  pid(bundle: string): number {
    const text = execFileSync(OURS, [...this.#global, 'state', this.#id(bundle)], { encoding: 'utf8' });
    return Number(JSON.parse(text).pid);
  }

  /** A line for each thing outside, with its type, mode and, of files, what they hold. */
  outsideNow(): string[] {
    return describeTree(this.outside, '');
  }

  close(): void {
    try {
      rmSync(join(this.dir, 'state'), { recursive: true, force: true });
      assertWorldClean(this.#before);
      const hierarchies = readdirSync('/sys/fs/cgroup', { withFileTypes: true }).filter((entry) => entry.isDirectory());
      const left = hierarchies.flatMap(({ name }) => readdirSync(join('/sys/fs/cgroup', name)));
      if (left.some((name) => name.startsWith(CGROUPS))) throw new Error(`cgroups ${CGROUPS}-* are left`);
    } finally {
      rmSync(this.dir, { recursive: true });
    }
  }

  get #global(): readonly string[] {
    return ['--root', join(this.dir, 'state')];
  }

  #command(bundle: string): readonly string[] {
    return [...this.#global, 'run', '-b', bundle, this.#id(bundle)];
  }

  #id(bundle: string): string {
    return `berthtest${process.pid}-${bundle.split('/').pop()}`;
  }
}

/** Links are not followed: an attack may have put them there. */
function describeTree(dir: string, prefix: string): string[] {
  const entries = readdirSync(dir, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(dir, entry.name);
    const mode = lstatSync(path).mode.toString(8);
    const line = `${prefix}${entry.name} ${mode} ${entry.isFile() ? JSON.stringify(readFileSync(path, 'utf8')) : ''}`;
    return [line, ...(entry.isDirectory() ? describeTree(path, `${prefix}${entry.name}/`) : [])];
  });
}

/** Builds test/support/attacker.c into a directory. @returns its path */
export function buildAttacker(dir: string): string {
  const path = join(dir, 'attacker');
  execFileSync('gcc', ['-static', '-O1', '-o', path, 'test/support/attacker.c']);
  return path;
}

/** Why Debian's runc 1.1.5, whose known holes are controls, can't be one here; null: it can. */
export function lackingRunc(): string | null {
  const { stdout } = spawnSync('runc', ['--version'], { encoding: 'utf8' });
  return stdout?.startsWith('runc version 1.1.5') ? null : 'needs runc 1.1.5';
}
