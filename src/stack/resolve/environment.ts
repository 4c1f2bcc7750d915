import { parseDotenv, parseRawEnv } from '../dotenv.js';
import { offsetOf } from '../environment.js';
import type { Lookup } from '../interpolate.js';
import type { Path } from '../node.js';
import type { ServiceFile } from '../schema/service.js';
import { hostPath, type ServiceContext, sorted } from './context.js';

interface EnvFile {
  readonly path: string;
  readonly required: boolean;
  readonly isRaw: boolean;
}

/**
 * Variables of `env_file`, in order, then `environment`, which wins. A variable of `environment` without a value takes the
 * caller's; if there is none it is null, that is: unset even where a file or the image sets it.
 */
export function resolveEnvironment(file: ServiceFile, context: ServiceContext): Record<string, string | null> {
  const variables = new Map<string, string | null>();
  for (const [index, envFile] of envFilesOf(file.env_file).entries()) {
    const path: Path = typeof file.env_file === 'string' ? ['env_file'] : ['env_file', index];
    for (const [name, value] of readEnvFile(envFile, path, variables, context)) variables.set(name, value);
  }
  for (const [name, value] of Object.entries(file.environment ?? {}))
    variables.set(name, value ?? context.lookup(name) ?? null);
  return sorted(variables);
}

function envFilesOf(files: ServiceFile['env_file']): EnvFile[] {
  return [files ?? []].flat().map((file) => {
    if (typeof file === 'string') return { path: file, required: true, isRaw: false };
    return { path: file.path, required: file.required ?? true, isRaw: file.format === 'raw' };
  });
}

function readEnvFile(
  file: EnvFile,
  at: Path,
  earlier: ReadonlyMap<string, string | null>,
  context: ServiceContext,
): ReadonlyMap<string, string> {
  const path = hostPath(file.path, context);
  const text = context.readFile(path);
  const lookup: Lookup = (name) => context.lookup(name) ?? earlier.get(name) ?? undefined;
  if (text === null) {
    if (file.required) context.report.error(at, `no such file: ${context.displayPath(path)}`);
    return new Map();
  }
  if (file.isRaw) return parseRawEnv(text, lookup);
  const dotenv = parseDotenv(text, lookup);
  const source = { name: context.displayPath(path), text };
  if (!dotenv.ok) {
    const start = offsetOf(text, dotenv.error.line, dotenv.error.column);
    context.problems.error({ source, start, end: start }, [], dotenv.error.message);
    return new Map();
  }
  for (const name of dotenv.unset)
    context.problems.warn({ source, start: 0, end: 0 }, [], `variable ${name} is not set: it is taken as empty`);
  return dotenv.variables;
}
