import type { InputReader } from './inputs.js';
import type { Lookup } from './interpolate.js';
import type { MapNode, Mark, Node, Source } from './node.js';
import type { Problems } from './problems.js';
import { displayPath } from './project.js';

/** What the files of one project have in common while they are read: a project of its own for each `include`. */
export interface Scope {
  readonly reader: InputReader;
  readonly problems: Problems;
  /** what paths in messages are relative to */
  readonly cwd: string;
  /** absolute; what relative paths in the files start from */
  readonly dir: string;
  /** variables of the files' values */
  readonly lookup: Lookup;
  /** how the files were reached, from the outside in: `included at compose.yaml:3` */
  readonly via: readonly string[];
}

/** A document of a file, not yet merged with others. */
export interface Document {
  /** absolute path of its file */
  readonly file: string;
  readonly root: MapNode;
}

export function sourceOf(scope: Scope, path: string, text: string): Source {
  return { name: displayPath(path, scope.cwd), text, via: scope.via };
}

/** One more step of `via`: what leads on, and where it is written. */
export function reached(scope: Scope, how: string, mark: Mark): readonly string[] {
  const line = mark.source.text.slice(0, mark.start).split('\n').length;
  return [...scope.via, `${how} at ${mark.source.name}:${line}`];
}

/** The map under a key, or an empty one. */
export function sectionOf(map: MapNode, key: string): MapNode {
  const node: Node | undefined = map.entries.get(key)?.node;
  return node?.kind === 'map' ? node : { ...map, entries: new Map() };
}

export function withEntry(map: MapNode, key: string, node: Node): MapNode {
  const entries = new Map(map.entries);
  entries.set(key, { key: entries.get(key)?.key ?? node.mark, node });
  return { ...map, entries };
}

export function withoutEntry(map: MapNode, key: string): MapNode {
  const entries = new Map(map.entries);
  entries.delete(key);
  return { ...map, entries };
}
