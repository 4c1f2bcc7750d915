import { basename, join } from 'node:path';
import { parseDocuments } from './document.js';
import { readEnvFiles } from './environment.js';
import { extendServices } from './extends.js';
import { type Include, importProject, readIncludes, withEnvironment } from './include.js';
import type { Lookup } from './interpolate.js';
import { interpolateTree } from './interpolate-tree.js';
import { mergeFiles, withoutResets } from './merge/merge.js';
import type { MapNode } from './node.js';
import { rebaseProject } from './rebase.js';
import { type Document, reached, type Scope, sourceOf, withoutEntry } from './scope.js';

/** Reads the documents of a file; a file that holds none is an error. */
export function parseFile(file: string, text: string, scope: Scope): Document[] {
  const source = sourceOf(scope, file, text.replace(/^\uFEFF/, ''));
  const before = scope.problems.diagnostics().length;
  const roots = parseDocuments(source, scope.problems);
  if (roots.length === 0 && scope.problems.diagnostics().length === before)
    scope.problems.error({ source, start: 0, end: 0 }, [], 'the file is empty');
  return roots.map((root) => ({ file, root }));
}

/**
 * The documents of a project as one tree: of each the variables are replaced, services extended and other projects
 * included, before it is merged over the earlier ones (Compose specification, 12 to 15).
 * @param including files that lead here by `include`, absolute
 */
export function combine(documents: readonly Document[], scope: Scope, including: readonly string[]): MapNode | null {
  const trees = documents.map(({ file, root }) => {
    const interpolated = interpolateTree(root, scope.lookup, scope.problems);
    const extended = extendServices({ file, root: interpolated }, scope);
    return includeProjects(extended, scope, [...including, file]);
  });
  const [first, ...overrides] = trees;
  return first ? withoutResets(overrides.reduce(mergeFiles, first)) : null;
}

/** Each project is read by itself, with a directory and `.env` of its own; variables of the including one win. */
function includeProjects(root: MapNode, scope: Scope, including: readonly string[]): MapNode {
  return readIncludes(root, scope).reduce(
    (whole, include) => {
      const project = readProject(include, scope, including);
      return project ? importProject(whole, project, scope) : whole;
    },
    withoutEntry(root, 'include'),
  );
}

function readProject(include: Include, outer: Scope, including: readonly string[]): MapNode | null {
  const reachedBy: Scope = { ...outer, via: reached(outer, 'included', include.mark) };
  const envFiles = include.envFiles ?? [join(include.dir, '.env')];
  const variables = readEnvFiles(envFiles, include.envFiles !== null, reachedBy);
  const lookup: Lookup = (name) => outer.lookup(name) ?? variables.get(name);
  const scope: Scope = { ...reachedBy, dir: include.dir, lookup };
  const documents = include.paths.flatMap((file) => readIncluded(file, include, scope, including));
  const tree = combine(documents, scope, including);
  return tree && rebaseProject(withEnvironment(tree, lookup), include.dir);
}

function readIncluded(file: string, include: Include, scope: Scope, including: readonly string[]): Document[] {
  const cycle = including.indexOf(file);
  const text = cycle < 0 ? scope.reader.readFile(file) : null;
  if (text !== null) return parseFile(file, text, scope);
  const loop = [...including.slice(cycle), file].map((step) => basename(step)).join(' -> ');
  const why = cycle < 0 ? `no such file: ${file}` : `files include each other: ${loop}`;
  scope.problems.error(include.mark, ['include'], why);
  return [];
}
