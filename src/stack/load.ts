import { basename } from 'node:path';
import { canonicalImages } from './canonical/image.js';
import { type CanonicalForm, canonicalProject } from './canonical/project.js';
import { networksOf } from './canonical/service.js';
import type { Printable } from './canonical/value.js';
import { combine, parseFile } from './combine.js';
import { checkDeclarations } from './declarations.js';
import type { Diagnostic } from './diagnostic.js';
import { type Environment, readEnvironment } from './environment.js';
import { createInputReader } from './inputs.js';
import { interpolate, type Lookup } from './interpolate.js';
import type { Stack } from './model.js';
import type { MapNode, Mark } from './node.js';
import type { Inputs, LoadOptions } from './options.js';
import { createProblems, createReport, type Problems } from './problems.js';
import { disabledServices } from './profiles.js';
import { cleanName, displayPath, findProject, isStackName, type Project, startDir } from './project.js';
import type { ResolveContext } from './resolve/context.js';
import { resolveStack } from './resolve/stack.js';
import type { StackFile } from './schema/stack.js';
import { type Document, type Scope, sourceOf } from './scope.js';
import { imagesKeyOf, parseStackFile } from './stack-file.js';

/** Names that a file has, sorted. */
export interface Declared {
  /** of all services, enabled or not */
  readonly profiles: readonly string[];
  /** that enabled services are on */
  readonly networks: readonly string[];
}

export type LoadResult =
  | {
      readonly ok: true;
      readonly stack: Stack;
      readonly inputs: Inputs;
      readonly declared: Declared;
      /** the project as the reference implementation prints it */
      readonly canonical: (form: CanonicalForm) => Printable;
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/**
 * Reads a stack: finds its files, parses, interpolates, merges, checks and resolves them. All that is wrong is reported
 * together; nothing but the files is touched.
 * @throws a SystemError when a file that is there can't be read
 */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const problems = createProblems();
  const reader = createInputReader(options.environment);
  const nearby = options.files?.length ? null : readEnvironment(options, startDir(options), reader, createProblems());
  const project = findProject(options, reader, (name) => nearby?.variables.get(name));
  const environment = readEnvironment(options, project.workingDir, reader, problems);
  const bare: Scope = {
    reader,
    problems,
    cwd: options.cwd,
    dir: project.workingDir,
    lookup: environment.lookup,
    via: [],
  };
  const documents = parseFiles(project, startDir(options), bare);
  const name = stackName(documents, project, options, environment, problems);
  const lookup: Lookup = (variable) =>
    environment.lookup(variable) ?? (variable === 'COMPOSE_PROJECT_NAME' ? name : undefined);
  const root = combine(documents, { ...bare, lookup }, []);
  if (!root) return { ok: false, diagnostics: problems.diagnostics() };
  const disabled = disabledServices(root, enabledProfiles(options, environment), options.services ?? []);
  const context: ResolveContext = {
    stackName: name,
    workingDir: project.workingDir,
    lookup,
    readFile: (path) => reader.readFile(path),
    displayPath: (path) => displayPath(path, options.cwd),
    problems,
    disabled,
    declared: { services: keysOf(root, 'services'), volumes: keysOf(root, 'volumes') },
  };
  const report = createReport(problems, root);
  const file = parseStackFile(root, report);
  checkDeclarations(file, context, report);
  const resolved = resolveStack(file, imagesKeyOf(root), context, report);
  const diagnostics = problems.diagnostics();
  if (diagnostics.length > 0) return { ok: false, diagnostics };
  const stack: Stack = {
    name,
    files: project.files.map((file) => file.path),
    workingDir: project.workingDir,
    envFiles: environment.files,
    disabled: [...disabled.keys()].sort(),
    ...resolved,
    refusals: problems.refusals(),
    warnings: problems.warnings(),
  };
  const canonical = (form: CanonicalForm): Printable =>
    canonicalProject(root, file, canonicalImages(stack.images), context, report, form);
  return { ok: true, stack, inputs: reader.inputs(), declared: declaredBy(file, disabled), canonical };
}

function declaredBy(file: StackFile, disabled: ReadonlyMap<string, unknown>): Declared {
  const services = Object.entries(file.services);
  const enabled = services.filter(([name]) => !disabled.has(name)).map(([, service]) => service);
  const unique = (names: readonly string[]): string[] => [...new Set(names)].sort();
  return {
    profiles: unique(services.flatMap(([, { profiles = [] }]) => profiles)),
    networks: unique(enabled.flatMap((service) => Object.keys(networksOf(service) ?? {}))),
  };
}

/** `--profile` and COMPOSE_PROFILES together. */
function enabledProfiles({ profiles = [] }: LoadOptions, { lookup }: Environment): string[] {
  const listed = (lookup('COMPOSE_PROFILES') ?? '').split(',').map((profile) => profile.trim());
  return [...profiles, ...listed].filter((profile) => profile !== '');
}

function keysOf(root: MapNode, section: string): string[] {
  const node = root.entries.get(section)?.node;
  return node?.kind === 'map' ? [...node.entries.keys()] : [];
}

function parseFiles(project: Project, searched: string, scope: Scope): Document[] {
  if (project.files.length === 0) {
    scope.problems.error(
      startOf(sourceOf(scope, searched, '')),
      [],
      'no stack file here or in a parent directory',
      'expected compose.yaml, or give one with -f',
    );
  }
  return project.files.flatMap(({ path, text }) => {
    if (text !== null) return parseFile(path, text, scope);
    scope.problems.error(startOf(sourceOf(scope, path, '')), [], 'no such file');
    return [];
  });
}

function startOf(source: Mark['source']): Mark {
  return { source, start: 0, end: 0 };
}

/** `-p`, else COMPOSE_PROJECT_NAME, else the last file's `name:`, else the directory's name without the letters it can't have. */
function stackName(
  documents: readonly Document[],
  project: Project,
  options: LoadOptions,
  environment: Environment,
  problems: Problems,
): string {
  const given = options.projectName ?? (environment.lookup('COMPOSE_PROJECT_NAME') || undefined);
  const written = documents.findLast(({ root }) => root.entries.has('name'))?.root.entries.get('name')?.node;
  const fromFile =
    written?.kind === 'scalar' && typeof written.value === 'string'
      ? interpolatedName(written.value, environment.lookup)
      : undefined;
  const name = given ?? lowered(fromFile) ?? cleanName(basename(project.workingDir));
  if (isStackName(name)) return name;
  const isWritten = given === undefined && written !== undefined;
  const mark = isWritten ? written.mark : startOf({ name: displayPath(project.workingDir, options.cwd), text: '' });
  const hint = isStackName(cleanName(name)) ? `write '${cleanName(name)}'` : 'give a name with -p';
  problems.error(
    mark,
    isWritten ? ['name'] : [],
    `'${name}' is no stack name: expected lower-case letters, digits, - and _`,
    hint,
  );
  return name;
}

/** A name that is written may have capitals, as docker compose takes it. */
function lowered(name: string | undefined): string | undefined {
  return name?.toLowerCase();
}

/** What is wrong with the variables is reported when the whole file is interpolated. */
function interpolatedName(template: string, lookup: Lookup): string | undefined {
  const result = interpolate(template, lookup, () => {});
  return result.ok ? result.text : undefined;
}
