import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Whose things count. Without a scope everything of Berth's on the host does, and every mount and interface. */
export interface Scope {
  /** the `--root` and `--run` directories of the test, absolute; they need not exist */
  readonly dirs: readonly string[];
  /** names of the test's stacks, by which its cgroups are known */
  readonly stacks: readonly string[];
}

/** What exists, by kind, one printable line for each thing. */
export interface World {
  readonly scope: Scope | undefined;
  readonly lines: Readonly<Record<string, readonly string[]>>;
}

/** Records what Berth could leave behind. Call it before a test's first command, and assertWorldClean after its last. */
export function snapshotWorld(scope?: Scope): World {
  return {
    scope,
    lines: {
      mount: mounts(scope),
      cgroup: cgroups(scope),
      process: shims(scope),
      interface: scope ? [] : readdirSync('/sys/class/net'),
      file: scope?.dirs.flatMap(tree) ?? [],
    },
  };
}

/**
 * Compares with now, in the scope of `before`.
 * @throws an Error that lists each thing that was left behind, and each that was there before and is gone
 */
export function assertWorldClean(before: World): void {
  const now = snapshotWorld(before.scope);
  const differences = Object.keys(before.lines).flatMap((kind) => {
    const [old = [], current = []] = [before.lines[kind], now.lines[kind]];
    return [
      ...current.filter((line) => !old.includes(line)).map((line) => `left behind: ${kind} ${line}`),
      ...old.filter((line) => !current.includes(line)).map((line) => `gone: ${kind} ${line}`),
    ];
  });
  if (differences.length > 0) throw new Error(`the host is not as it was before\n${differences.join('\n')}`);
}

function isBelow(path: string, dirs: readonly string[]): boolean {
  return dirs.some((dir) => path === dir || path.startsWith(`${dir}/`));
}

/** Mount points with their file system type. Both fields of mountinfo escape blanks, as proc(5) says. */
function mounts(scope: Scope | undefined): string[] {
  return readMountinfo()
    .filter(({ point }) => !scope || isBelow(point, scope.dirs))
    .map(({ point, type }) => `${point} (${type})`);
}

function readMountinfo(): { point: string; type: string }[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const [mount = '', source = ''] = line.split(' - ');
    return { point: mount.split(' ')[4] ?? '', type: source.split(' ')[0] ?? '' };
  });
}

/** The directories below `/berth/<stack>` in every mounted hierarchy, v1 and v2. */
function cgroups(scope: Scope | undefined): string[] {
  const hierarchies = readMountinfo().filter(({ type }) => type === 'cgroup' || type === 'cgroup2');
  return hierarchies.flatMap(({ point }) => {
    const top = join(point, 'berth');
    if (!scope) return directories(top);
    return scope.stacks.flatMap((stack) => directories(join(top, stack)));
  });
}

/** A directory and all directories below it; nothing when it does not exist. */
function directories(dir: string): string[] {
  if (!existsSync(dir)) return [];
  const children = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [dir, ...children.flatMap((entry) => directories(join(dir, entry.name)))];
}

/** Processes of the shim. Its arguments do not name its container, but it keeps the container's directories open. */
function shims(scope: Scope | undefined): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && commandName(name) === 'berth-shim')
    .filter((pid) => !scope || openFiles(pid).some((path) => isBelow(path, scope.dirs)))
    .map((pid) => `berth-shim, pid ${pid}`);
}

function commandName(pid: string): string {
  return orGone(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim(), '');
}

function openFiles(pid: string): string[] {
  const fds = orGone(() => readdirSync(`/proc/${pid}/fd`), []);
  return fds.map((fd) => orGone(() => readlinkSync(`/proc/${pid}/fd/${fd}`), ''));
}

/** A process may end while it is looked at: ENOENT or ESRCH, depending on how far it came. */
function orGone<T>(read: () => T, gone: T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return gone;
    throw error;
  }
}

/** A directory and everything below it; nothing when it does not exist. */
function tree(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return [dir, ...readdirSync(dir, { recursive: true, encoding: 'utf8' }).map((name) => join(dir, name))];
}
