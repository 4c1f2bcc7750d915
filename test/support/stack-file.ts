import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { drawDiagnostics } from '../../src/stack/draw.js';
import { type LoadResult, load } from '../../src/stack/load.js';
import type { Service, Stack } from '../../src/stack/model.js';
import type { LoadOptions } from '../../src/stack/options.js';

/** Files of a project by their path in it. */
export type ProjectFiles = Readonly<Record<string, string>>;

/** Writes a project into a directory of its own, named `shop`, calls `use` with its path and removes it. */
export async function withProject<T>(files: ProjectFiles, use: (dir: string) => Promise<T>): Promise<T> {
  const parent = mkdtempSync(join(tmpdir(), 'berthtest-stack-'));
  const dir = join(parent, 'shop');
  try {
    mkdirSync(dir);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
    }
    return await use(dir);
  } finally {
    rmSync(parent, { recursive: true });
  }
}

/** Loads a project; paths in results begin with `<DIR>` where they were inside of it. */
export function loadProject(files: ProjectFiles, options: Partial<LoadOptions> = {}): Promise<LoadResult> {
  return withProject(files, async (dir) => {
    const result = await load({ environment: {}, cwd: dir, ...options });
    const neutral: LoadResult = JSON.parse(JSON.stringify(result).replaceAll(dir, '<DIR>'));
    return neutral;
  });
}

/** A stack that has to be right. @throws with the drawn diagnostics if it is not */
export async function loadStack(files: ProjectFiles, options: Partial<LoadOptions> = {}): Promise<Stack> {
  const result = await loadProject(files, options);
  if (result.ok) return result.stack;
  throw new Error(drawDiagnostics(result.diagnostics, { color: false }));
}

/** What is wrong with a stack, or refused by who would bring it about, drawn; empty if nothing is. */
export async function drawnErrors(files: ProjectFiles, options: Partial<LoadOptions> = {}): Promise<string> {
  const result = await loadProject(files, options);
  return drawDiagnostics(result.ok ? result.stack.refusals : result.diagnostics, { color: false });
}

/**
 * A file with one service `web` of image `app` that has the given keys.
 * @param keys yaml, indented by nothing
 */
export function serviceFile(keys: string, more = ''): ProjectFiles {
  const body = keys
    .split('\n')
    .map((line) => `    ${line}\n`)
    .join('');
  return { 'compose.yaml': `services:\n  web:\n    image: app\n${body}${more}` };
}

/** The service `web` of `serviceFile`. */
export async function loadService(keys: string, more = '', options: Partial<LoadOptions> = {}): Promise<Service> {
  const { services } = await loadStack(serviceFile(keys, more), options);
  if (!services['web']) throw new Error('there is no service web');
  return services['web'];
}
