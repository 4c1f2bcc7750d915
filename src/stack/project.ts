import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { InputReader } from './inputs.js';
import type { LoadOptions } from './options.js';

/** Names of stack files in the order of preference, each with its override. */
const FILE_NAMES = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'];
const OVERRIDE_NAMES = [
  'compose.override.yaml',
  'compose.override.yml',
  'docker-compose.override.yaml',
  'docker-compose.override.yml',
];

/** A file that was asked for; the text is null if there is none. */
export interface FoundFile {
  readonly path: string;
  readonly text: string | null;
}

export interface Project {
  readonly files: readonly FoundFile[];
  /** what relative paths in the files start from */
  readonly workingDir: string;
}

/**
 * Finds the files as docker compose does: `-f`, else COMPOSE_FILE, else the first known name in the current directory or
 * the nearest parent that has one, with its override file. The first file's directory is the project's.
 */
export function findProject(
  options: LoadOptions,
  reader: InputReader,
  fromDotenv: (name: string) => string | undefined,
): Project {
  const listed = options.files?.length ? options.files : composeFile(reader, fromDotenv);
  const files = listed
    ? listed.map((file) => readFound(resolve(options.cwd, file), reader))
    : discover(startDir(options), reader);
  const first = files[0]?.path;
  const projectDirectory = options.projectDirectory;
  if (projectDirectory !== undefined) return { files, workingDir: resolve(options.cwd, projectDirectory) };
  return { files, workingDir: first === undefined ? options.cwd : dirname(first) };
}

/** Where a search without `-f` begins, and where its `.env` is looked for. */
export function startDir(options: LoadOptions): string {
  return resolve(options.cwd, options.projectDirectory ?? '.');
}

function composeFile(reader: InputReader, fromDotenv: (name: string) => string | undefined): readonly string[] | null {
  const value = reader.variable('COMPOSE_FILE') ?? fromDotenv('COMPOSE_FILE');
  if (!value) return null;
  return value.split(reader.variable('COMPOSE_PATH_SEPARATOR') ?? fromDotenv('COMPOSE_PATH_SEPARATOR') ?? ':');
}

function readFound(path: string, reader: InputReader): FoundFile {
  return { path, text: reader.readFile(path) };
}

function discover(start: string, reader: InputReader): FoundFile[] {
  for (let dir = start; ; dir = dirname(dir)) {
    const file = firstOf(dir, FILE_NAMES, reader);
    if (file) {
      const override = firstOf(dir, OVERRIDE_NAMES, reader);
      return override ? [file, override] : [file];
    }
    if (dir === dirname(dir)) return [];
  }
}

function firstOf(dir: string, names: readonly string[], reader: InputReader): FoundFile | null {
  for (const name of names) {
    const file = readFound(join(dir, name), reader);
    if (file.text !== null) return file;
  }
  return null;
}

/** A path as the user would write it: relative where it is below the current directory. */
export function displayPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short;
}

/** A directory's name as a stack name: lower case, without the letters that a name can't have. */
export function cleanName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');
}

export function isStackName(name: string): boolean {
  return /^[a-z0-9][a-z0-9_-]*$/.test(name);
}
