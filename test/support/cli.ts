import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strayLayers } from './layers.js';
import { writeRootfs } from './rootfs.js';
import { assertWorldClean, snapshotWorld } from './world.js';

/** What a command of `berth` left. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface RunningCommand {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly ended: Promise<CommandResult>;
}

/** A command, as YAML, that runs until it is told to end, and ends with 0 then. */
export const UNTIL_TERM = `[sh, -c, 'trap "exit 0" TERM; while :; do sleep 0.05; done']`;

/** A stack in directories of its own, driven by the command line. */
export interface Bench {
  readonly dir: string;
  readonly root: string;
  readonly run: string;
  readonly stack: string;
  /** a command line for a shell */
  readonly shell: (...args: string[]) => string;
  /** replaces compose.yaml; `images:` with a busybox image named `box` is added, and further `images`, indented by two */
  readonly write: (text: string, images?: string, fileName?: string) => void;
  readonly start: (...args: string[]) => RunningCommand;
  /** @param input what stdin holds */
  readonly berth: (args: readonly string[], input?: string) => Promise<CommandResult>;
  /** as `berth`, of which 0 is expected. @throws with what it printed */
  readonly ok: (...args: string[]) => Promise<string>;
  /** @throws an Error naming what is left of the stack on this host, its images apart */
  readonly assertGone: () => void;
}

const entry = join(process.cwd(), 'dist', 'berth.cjs');

const IMAGES = `
images:
  box:
    base: { rootfs: ./rootfs }
`;

/** Gives `use` a stack; afterwards it is brought down, and nothing of it may be left on the host. */
export async function withBench(stack: string, use: (bench: Bench) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'berthtest-e2e-'));
  const [root, run, project] = [join(dir, 'root'), join(dir, 'run'), join(dir, 'project')];
  mkdirSync(project);
  writeRootfs(join(project, 'rootfs'));
  const owned = [
    join(run, 'containers'),
    ...['containers', 'names', 'stacks', 'volumes'].map((name) => join(root, name)),
  ];
  const before = snapshotWorld({ dirs: owned, stacks: [stack] });
  const globals = ['--root', root, '--run', run, '-p', stack];
  const start = (...args: string[]): RunningCommand => startBerth([...globals, ...args], project);
  const berth: Bench['berth'] = (args, input = '') => {
    const command = start(...args);
    command.child.stdin?.end(input);
    return command.ended;
  };
  const ok: Bench['ok'] = async (...args) => {
    const { code, stdout, stderr } = await berth(args);
    if (code !== 0) throw new Error(`berth ${args.join(' ')}: exit code ${code}\n${stderr}${stdout}`);
    return stdout;
  };
  const shell: Bench['shell'] = (...args) =>
    [process.execPath, entry, ...globals, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const write: Bench['write'] = (text, images = '', fileName = 'compose.yaml') =>
    writeFileSync(join(project, fileName), `${text}${IMAGES}${images}`);
  const assertGone = (): void => {
    for (const empty of owned.filter((path) => existsSync(path))) rmdirSync(empty);
    assertWorldClean(before);
    const strays = strayLayers(root);
    if (strays.length > 0) throw new Error(`layers that no image has:\n${strays.join('\n')}`);
  };
  try {
    await use({ dir: project, root, run, stack, shell, write, start, berth, ok, assertGone });
  } finally {
    await berth(['down', '-v', '--remove-orphans', '-t', '1', '--lock-timeout', '30']);
    assertGone();
    rmSync(dir, { recursive: true });
  }
}

function startBerth(args: readonly string[], cwd: string): RunningCommand {
  const child = spawn(process.execPath, [entry, ...args], { cwd, stdio: 'pipe' });
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    texts.stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    texts.stderr += chunk.toString();
  });
  const ended = new Promise<CommandResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, ...texts }));
  });
  return { child, stdout: () => texts.stdout, stderr: () => texts.stderr, ended };
}
