import { dirname, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Lookup } from './interpolate.js';
import { type Entry, itemsOf, type MapNode, type Mark, type Node, pairsOf, scalarText, toPlain } from './node.js';
import { type Scope, sectionOf, withEntry } from './scope.js';
import { suggest } from './suggest.js';

const SECTIONS = ['services', 'volumes', 'networks', 'secrets', 'configs', 'models', 'images', 'x-images'];
const KEYS = ['path', 'env_file', 'project_directory'];

/** A project that a document includes. */
export interface Include {
  /** its files, absolute */
  readonly paths: readonly string[];
  readonly dir: string;
  /** absolute, all of them there; null: `.env` of its directory, if there is one */
  readonly envFiles: readonly string[] | null;
  readonly mark: Mark;
}

/** The entries of a document's `include`; what is wrong with one is reported, and it is left out. */
export function readIncludes(root: MapNode, scope: Scope): Include[] {
  const node = root.entries.get('include')?.node;
  if (node?.kind === 'list') return node.items.flatMap((item, index) => readInclude(item, index, scope) ?? []);
  if (node) scope.problems.error(node.mark, ['include'], 'expected a list of files');
  return [];
}

function readInclude(item: Node, index: number, { dir, problems }: Scope): Include | null {
  const path = ['include', index];
  const entries = item.kind === 'map' ? item.entries : new Map<string, Entry>();
  for (const [key, { key: mark }] of entries)
    if (!KEYS.includes(key)) problems.error(mark, [...path, key], 'unknown key', suggest(key, KEYS));
  const written = item.kind === 'map' ? item.entries.get('path')?.node : item;
  const paths = written ? textsOf(written).map((file) => resolve(dir, file)) : [];
  const [first] = paths;
  if (first === undefined || !written) {
    problems.error(item.mark, path, "expected a file, or a map with 'path'");
    return null;
  }
  const directory = entries.get('project_directory')?.node;
  const envFile = entries.get('env_file')?.node;
  return {
    paths,
    dir: directory ? resolve(dir, scalarText(directory)) : dirname(first),
    envFiles: envFile ? textsOf(envFile).map((file) => resolve(dir, file)) : null,
    mark: written.mark,
  };
}

function textsOf(node: Node): string[] {
  return itemsOf(node)
    .map(scalarText)
    .filter((text) => text !== '');
}

/** A variable without a value takes that of the environment of its own project. */
export function withEnvironment(root: MapNode, lookup: Lookup): MapNode {
  const services = sectionOf(root, 'services');
  const entries = [...services.entries].map(([name, entry]) => {
    const environment = entry.node.kind === 'map' ? entry.node.entries.get('environment')?.node : undefined;
    if (entry.node.kind !== 'map' || !environment) return [name, entry] as const;
    const node = withEntry(entry.node, 'environment', withValues(environment, lookup));
    return [name, { ...entry, node }] as const;
  });
  return services.entries.size === 0 ? root : withEntry(root, 'services', { ...services, entries: new Map(entries) });
}

function withValues(environment: Node, lookup: Lookup): Node {
  const entries = [...pairsOf(environment)].map(([name, entry]) => {
    const { node } = entry;
    const value = node.kind === 'scalar' && node.value === null ? lookup(name) : undefined;
    return [
      name,
      value === undefined || node.kind !== 'scalar' ? entry : { ...entry, node: { ...node, value } },
    ] as const;
  });
  return { kind: 'map', entries: new Map(entries), mark: environment.mark, tag: environment.tag };
}

/** Adds what a project declares to a document. What both declare has to be the same (Compose specification, 14). */
export function importProject(root: MapNode, project: MapNode, { problems }: Scope): MapNode {
  let result = root;
  for (const section of SECTIONS) {
    const theirs = sectionOf(project, section);
    if (theirs.entries.size === 0) continue;
    const ours = sectionOf(result, section);
    const entries = new Map(ours.entries);
    for (const [name, entry] of theirs.entries) {
      const own = entries.get(name);
      if (own && !isDeepStrictEqual(toPlain(own.node), toPlain(entry.node)))
        problems.error(
          own.key,
          [section, name],
          `differs from what an included file says of '${name}'`,
          placeOf(entry.key),
        );
      if (!own) entries.set(name, entry);
    }
    result = withEntry(result, section, { ...ours, mark: theirs.mark, entries });
  }
  return result;
}

function placeOf(mark: Mark): string {
  return `it stands at ${mark.source.name}:${mark.source.text.slice(0, mark.start).split('\n').length}`;
}
