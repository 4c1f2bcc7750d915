import { interpolate, type Lookup } from './interpolate.js';
import type { Entry, MapNode, Mark, Node, Path } from './node.js';
import type { Problems } from './problems.js';

/** Interpolates all values of a file's tree, keys excepted; errors and unset variables go to `problems`. */
export function interpolateTree(root: MapNode, lookup: Lookup, problems: Problems): MapNode {
  return interpolateMap(root, [], lookup, problems);
}

function interpolateMap(map: MapNode, path: Path, lookup: Lookup, problems: Problems): MapNode {
  const entries = new Map<string, Entry>();
  for (const [name, { key, node }] of map.entries)
    entries.set(name, { key, node: interpolateNode(node, [...path, name], lookup, problems) });
  return { ...map, entries };
}

function interpolateNode(node: Node, path: Path, lookup: Lookup, problems: Problems): Node {
  if (node.kind === 'map') return interpolateMap(node, path, lookup, problems);
  if (node.kind === 'list')
    return {
      ...node,
      items: node.items.map((item, index) => interpolateNode(item, [...path, index], lookup, problems)),
    };
  if (typeof node.value !== 'string' || !node.value.includes('$')) return node;
  const result = interpolate(node.value, lookup, (name) => {
    problems.warn(
      partOf(node.mark, `$${name}`) ?? partOf(node.mark, `\${${name}`) ?? node.mark,
      path,
      `variable ${name} is not set: it is taken as empty`,
    );
  });
  if (result.ok) return { ...node, value: result.text };
  const { part, message } = result.error;
  problems.error(partOf(node.mark, part) ?? node.mark, path, message);
  return node;
}

/** The place of a part inside a value, if it stands there as it is: escapes and folding may have changed it. */
function partOf(mark: Mark, part: string): Mark | null {
  const start = mark.source.text.indexOf(part, mark.start);
  return start >= 0 && start + part.length <= mark.end ? { ...mark, start, end: start + part.length } : null;
}
