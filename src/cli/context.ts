import { resolve } from 'node:path';
import { BerthError } from '../errors.js';
import type { Host } from '../linux/host.js';
import { loadCached } from '../stack/cache.js';
import type { Diagnostic } from '../stack/diagnostic.js';
import { createInputReader } from '../stack/inputs.js';
import type { Stack } from '../stack/model.js';
import type { LoadOptions } from '../stack/options.js';
import { findProject, isStackName } from '../stack/project.js';
import type { Invocation } from './command.js';
import type { GlobalOptions } from './globals.js';
import type { Output } from './output.js';
import { renderWarning } from './report.js';

/** What a command works with: the host, and how its stack is found. */
export interface Context {
  readonly host: Host;
  readonly output: Output;
  readonly globals: GlobalOptions;
  readonly loading: LoadOptions;
  /** where resolved stacks are kept, `<root>/cache/stack` */
  readonly cacheDir: string;
}

/** @throws BerthError UNSUPPORTED for anyone but root */
export async function openContext({ globals, output, env }: Invocation<unknown>): Promise<Context> {
  if (process.getuid?.() !== 0) throw new BerthError('UNSUPPORTED', 'berth needs root: run it with sudo');
  const { openHost } = await import('../linux/open-host.js');
  const host = openHost({ root: resolve(globals.root), run: resolve(globals.run) });
  return { host, output, globals, loading: loadOptions(globals, env), cacheDir: cacheDirOf(globals) };
}

/** How the stack's files are found, from flags and environment; `config` needs no more. */
export function loadOptions(globals: GlobalOptions, env: NodeJS.ProcessEnv): LoadOptions {
  const environment = Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  return {
    files: globals.file,
    projectDirectory: globals.projectDirectory,
    projectName: globals.projectName,
    envFiles: globals.envFile,
    profiles: globals.profile,
    environment,
    cwd: process.cwd(),
  };
}

export function cacheDirOf(globals: GlobalOptions): string {
  return resolve(globals.root, 'cache/stack');
}

type StackSource = Pick<Context, 'output' | 'loading' | 'cacheDir'>;

/**
 * The stack of the command's files, with its warnings shown. An unchanged file is not parsed again.
 * @param services those that the command names: their profiles count as enabled
 * @throws BerthError INPUT after all that is wrong with it was drawn on stderr
 */
export async function loadStack(source: StackSource, services: readonly string[] = []): Promise<Stack> {
  const stack = await loadFile(source, services);
  if (stack.refusals.length > 0) await refuse(stack.refusals, source.output);
  return stack;
}

/** As loadStack, for commands that bring nothing about: what this host can't honour is no error. */
export async function loadFile(source: StackSource, services: readonly string[] = []): Promise<Stack> {
  const stack = await readStack({ ...source, loading: { ...source.loading, services } });
  for (const warning of stack.warnings) source.output.err(renderWarning(warning, source.output.errPaint));
  return stack;
}

async function readStack({ output, loading, cacheDir }: StackSource): Promise<Stack> {
  const result = await loadCached(loading, cacheDir);
  if (result.ok) return result.stack;
  return refuse(result.diagnostics, output);
}

/** Draws what is wrong with a stack file. @throws BerthError INPUT */
export async function refuse(diagnostics: readonly Diagnostic[], output: Output): Promise<never> {
  const { drawDiagnostics } = await import('../stack/draw.js');
  output.err(drawDiagnostics(diagnostics, { color: output.errPaint('red', '') !== '' }));
  const count = diagnostics.length;
  throw new BerthError('INPUT', `read stack file: ${count} ${count === 1 ? 'error' : 'errors'}`);
}

/** As loadFile; null where a stack is named by `-p` and no file is given or found: what exists decides then. */
export async function loadStackIfAny(source: StackSource): Promise<Stack | null> {
  return namedStack(source) !== null && !hasFile(source) ? null : loadFile(source);
}

/** The stack's name, without reading its files where `-p` or COMPOSE_PROJECT_NAME says it. Warnings aren't shown. */
export async function stackName(source: StackSource): Promise<string> {
  return namedStack(source) ?? (await readStack(source)).name;
}

function namedStack({ loading }: StackSource): string | null {
  const name = loading.projectName ?? loading.environment['COMPOSE_PROJECT_NAME'];
  if (!name) return null;
  if (isStackName(name)) return name;
  const hint = 'expected lower-case letters, digits, - and _';
  throw new BerthError('USAGE', `'${name}' is no stack name`, { hint });
}

function hasFile({ loading }: StackSource): boolean {
  const reader = createInputReader(loading.environment);
  return findProject(loading, reader, () => undefined).files.length > 0;
}
