import { join, resolve } from 'node:path';
import { parseDotenv } from './dotenv.js';
import type { InputReader } from './inputs.js';
import type { Lookup } from './interpolate.js';
import type { Mark } from './node.js';
import type { LoadOptions } from './options.js';
import type { Problems } from './problems.js';
import { type Scope, sourceOf } from './scope.js';

/** What variables in stack files refer to: the caller's environment first, then the `.env` files. */
export interface Environment {
  readonly lookup: Lookup;
  /** files that were there, absolute */
  readonly files: readonly string[];
  readonly variables: ReadonlyMap<string, string>;
}

/** Reads `--env-file`s, else those of COMPOSE_ENV_FILES, else `.env` in a directory, which may be absent. Later ones win. */
export function readEnvironment(
  options: LoadOptions,
  dir: string,
  reader: InputReader,
  problems: Problems,
): Environment {
  const listed = options.envFiles?.length ? options.envFiles : reader.variable('COMPOSE_ENV_FILES')?.split(',');
  const isDisabled = /^(?:1|true)$/i.test(reader.variable('COMPOSE_DISABLE_ENV_FILE') ?? '');
  const paths = listed?.map((file) => resolve(options.cwd, file)) ?? (isDisabled ? [] : [join(dir, '.env')]);
  const scope: Scope = { reader, problems, cwd: options.cwd, dir, lookup: reader.variable, via: [] };
  const variables = readEnvFiles(paths, listed !== undefined, scope);
  const files = paths.filter((path) => reader.readFile(path) !== null);
  const lookup: Lookup = (name) => reader.variable(name) ?? variables.get(name);
  return { lookup, files, variables };
}

/**
 * The variables of several files; those of later files win, and refer to the scope's and to earlier ones.
 * @param isRequired a file that is missing is an error
 */
export function readEnvFiles(paths: readonly string[], isRequired: boolean, scope: Scope): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  for (const path of paths) {
    const text = scope.reader.readFile(path);
    const whole: Mark = { source: sourceOf(scope, path, text ?? ''), start: 0, end: 0 };
    if (text !== null) readInto(variables, whole, scope);
    else if (isRequired) scope.problems.error(whole, [], 'no such file');
  }
  return variables;
}

function readInto(variables: Map<string, string>, whole: Mark, { lookup, problems }: Scope): void {
  const { source } = whole;
  const dotenv = parseDotenv(source.text, (name) => lookup(name) ?? variables.get(name));
  if (!dotenv.ok) {
    const start = offsetOf(source.text, dotenv.error.line, dotenv.error.column);
    problems.error({ source, start, end: start }, [], dotenv.error.message);
    return;
  }
  for (const name of dotenv.unset) problems.warn(whole, [], `variable ${name} is not set: it is taken as empty`);
  for (const [name, value] of dotenv.variables) variables.set(name, value);
}

/** The offset of a line and column, both counted from 1. */
export function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let count = 1; count < line; count++) start = text.indexOf('\n', start) + 1;
  return start + column - 1;
}
