import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { ControlReply, ControlRequest, StartResult } from '../../src/addon/addon.js';
import { loadAddon, shimPath } from '../../src/addon/native.js';
import { superviseText } from '../../src/oci/record.js';
import type { LinuxResources, Process, RuntimeSpec } from '../../src/oci/spec.js';
import { parseStatus, type ShimStatus } from '../../src/oci/status.js';
import type { SuperviseRecord } from '../../src/oci/supervise.js';
import { assertWorldClean, snapshotWorld, type World } from './world.js';

const busybox = '/bin/busybox';
const applets = [
  'sh',
  'cat',
  'echo',
  'sleep',
  'true',
  'false',
  'stty',
  'yes',
  'head',
  'seq',
  'printf',
  'test',
  'tr',
  'wc',
];

/** A place for containers that are made by hand from a busybox rootfs: root, run directory and stack of its own. */
export class TestHost {
  readonly dir = mkdtempSync(join(tmpdir(), 'berthtest-shim-'));
  readonly stack = `berthtest-shim-${process.pid}`;
  readonly addon = loadAddon();
  readonly containers: TestContainer[] = [];
  readonly #before: World;

  constructor() {
    chmodSync(this.dir, 0o711);
    const image = join(this.overlay, 'base/diff/bin');
    mkdirSync(image, { recursive: true });
    mkdirSync(join(this.overlay, 'l'));
    copyFileSync(busybox, join(image, 'busybox'));
    for (const applet of applets) symlinkSync('busybox', join(image, applet));
    symlinkSync('../base/diff', join(this.overlay, 'l/BASE'));
    this.#before = snapshotWorld({ dirs: [join(this.dir, 'run'), join(this.dir, 'containers')], stacks: [this.stack] });
  }

  get overlay(): string {
    return join(this.dir, 'overlay2');
  }

  container(parts: ContainerParts = {}): TestContainer {
    const made = new TestContainer(this, parts);
    this.containers.push(made);
    return made;
  }

  /** Removes every container, and checks that nothing of them is left. */
  async close(): Promise<void> {
    try {
      for (const container of this.containers) await container.remove();
      await this.addon.removeStackCgroup(`/berth/${this.stack}`);
      for (const name of ['run', 'containers']) rmSync(join(this.dir, name), { recursive: true, force: true });
      assertWorldClean(this.#before);
    } finally {
      rmSync(this.dir, { recursive: true });
    }
  }
}

/** What a test is about; the rest is a plain container that sleeps. */
export interface ContainerParts {
  readonly script?: string;
  readonly process?: Partial<Process>;
  readonly resources?: Partial<LinuxResources>;
  readonly supervise?: Partial<SuperviseRecord>;
}

export class TestContainer {
  readonly id = randomBytes(32).toString('hex');
  readonly dir: string;
  readonly runDir: string;
  readonly cgroup: string;
  parts: ContainerParts;
  readonly #host: TestHost;

  constructor(host: TestHost, parts: ContainerParts) {
    this.#host = host;
    this.parts = parts;
    this.dir = join(host.dir, 'containers', this.id);
    this.runDir = join(host.dir, 'run/containers', this.id);
    this.cgroup = `/berth/${host.stack}/${this.id}`;
    mkdirSync(this.dir, { recursive: true });
    mkdirSync(this.runDir, { recursive: true, mode: 0o700 });
    for (const name of ['diff', 'work', 'merged']) mkdirSync(join(host.overlay, this.id, name), { recursive: true });
    this.write();
  }

  /** Writes config.json and supervise, as `parts` says. */
  write(): void {
    writeFileSync(join(this.dir, 'config.json'), JSON.stringify(this.#spec()));
    writeFileSync(join(this.dir, 'supervise'), superviseText(this.#record()));
  }

  start({ attach = false } = {}): Promise<StartResult> {
    return this.#host.addon.startContainer({
      shimPath: shimPath(),
      containerDir: this.dir,
      runDir: this.runDir,
      attach,
    });
  }

  exec(
    args: readonly string[],
    { terminal = false, detach = false, shim = shimPath() } = {},
  ): ReturnType<TestHost['addon']['exec']> {
    const process: Process = { ...this.#spec().process, args, terminal };
    const options = { shimPath: shim, containerDir: this.dir, runDir: this.runDir, detach };
    return this.#host.addon.exec({ ...options, process: JSON.stringify(process) });
  }

  control(request: ControlRequest): Promise<ControlReply> {
    return this.#host.addon.control(this.runDir, request);
  }

  stop(timeoutMs: number | null = 0): Promise<ControlReply> {
    return this.control({ kind: 'stop', timeoutMs, signal: null });
  }

  /** from the file, as any command reads it */
  status(): ShimStatus {
    return parseStatus(readFileSync(join(this.runDir, 'status'), 'utf8'));
  }

  /** records of the log and, with a number, of a rotated one */
  log(number?: number): { log: string; stream: string; time: string }[] {
    const path = this.logPath(number);
    if (!existsSync(path)) return [];
    const lines = readFileSync(path, 'utf8').split('\n');
    return lines.slice(0, -1).map((line) => JSON.parse(line));
  }

  logPath(number?: number): string {
    return join(this.dir, `${this.id}-json.log${number === undefined ? '' : `.${number}`}`);
  }

  logText(): string {
    return this.log()
      .map((record) => record.log)
      .join('');
  }

  /** Stops it where it runs, and removes what is left. */
  async remove(): Promise<void> {
    if (this.#host.addon.shimAlive(this.runDir)) await this.stop().catch(ignoreGone);
    await this.#host.addon.removeContainer({
      runDir: this.runDir,
      cgroup: this.cgroup,
      trees: [this.runDir, this.dir, join(this.#host.overlay, this.id)],
    });
  }

  #spec(): RuntimeSpec {
    const { script = 'sleep 600', process, resources } = this.parts;
    return {
      ociVersion: '1.1.0',
      root: { path: join(this.#host.overlay, this.id, 'merged'), readonly: false },
      process: {
        terminal: false,
        user: { uid: 0, gid: 0 },
        args: ['/bin/sh', '-c', script],
        env: ['PATH=/bin'],
        cwd: '/',
        rlimits: [],
        noNewPrivileges: true,
        ...process,
      },
      hostname: 'berthtest',
      mounts: [
        { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
        { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=64k'] },
        {
          destination: '/dev/pts',
          type: 'devpts',
          source: 'devpts',
          options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620'],
        },
      ],
      annotations: {},
      linux: {
        namespaces: (['pid', 'network', 'ipc', 'uts', 'mount', 'cgroup'] as const).map((type) => ({ type })),
        devices: [],
        cgroupsPath: this.cgroup,
        resources: { devices: [], pids: { limit: 64 }, ...resources },
        sysctl: {},
        maskedPaths: [],
        readonlyPaths: [],
        rootfsPropagation: 'rprivate',
      },
    };
  }

  #record(): SuperviseRecord {
    return {
      id: this.id,
      name: 'shim-test',
      overlayDir: this.#host.overlay,
      lower: ['l/BASE'],
      upper: `${this.id}/diff`,
      work: `${this.id}/work`,
      shimCgroup: `/berth/${this.#host.stack}/shim`,
      joinPid: null,
      sharedShmBytes: null,
      init: false,
      stdinOpen: false,
      volumeCopies: [],
      stopSignal: 15,
      stopGraceMs: 10_000,
      restart: { policy: 'no', maxAttempts: 0, delayMs: 0, windowMs: 10_000 },
      health: null,
      onUnhealthy: 'none',
      log: { driver: 'json-file', maxSizeBytes: 0, maxFile: 1 },
      generation: 1,
      ...this.parts.supervise,
    };
  }
}

/** The container ended by itself between a look and the request. */
function ignoreGone(error: unknown): void {
  const isGone =
    error instanceof Error && 'code' in error && ['ENOENT', 'ECONNREFUSED', 'ECONNRESET'].includes(String(error.code));
  if (!isGone) throw error;
}

/** The link of a process in /proc, e.g. `ns/net`. */
export function procLink(pid: number, name: string): string {
  return readlinkSync(`/proc/${pid}/${name}`);
}

/** Asks until it holds; what takes longer than ten seconds is taken for never. */
export function until(check: () => void): Promise<void> {
  return vi.waitFor(check, { timeout: 10_000, interval: 10 });
}
