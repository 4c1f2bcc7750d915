import type { Entry, ListNode, MapNode, Node, Path } from '../node.js';
import { ruleAt } from './rules.js';

/**
 * Merges an override file over a base (Compose specification, 13): maps recursively, lists appended, all else replaced; an
 * override of null changes nothing. The rules name the keys that differ.
 */
export function mergeFiles(base: MapNode, override: MapNode): MapNode {
  return mergeMaps(base, override, []);
}

/** The same for two services: one that extends, over the one that it extends. */
export function mergeServices(base: MapNode, override: MapNode): MapNode {
  return mergeMaps(base, override, ['services', '']);
}

/** Removes what `!reset` marks, once there is nothing left to merge. */
export function withoutResets(map: MapNode): MapNode {
  const entries = new Map<string, Entry>();
  for (const [key, { key: mark, node }] of map.entries) {
    if (node.tag !== 'reset') entries.set(key, { key: mark, node: node.kind === 'map' ? withoutResets(node) : node });
  }
  return { ...map, entries };
}

function mergeNodes(base: Node, override: Node, path: Path): Node {
  if (override.tag !== null) return override;
  if (isNull(override)) return base;
  if (base.tag === 'reset' || isNull(base)) return override;
  const rule = ruleAt(path);
  if (!rule) return mergePlain(base, override, path);
  return rule(base, override, (one, other) => mergePlain(one, other, path));
}

function mergePlain(base: Node, override: Node, path: Path): Node {
  if (base.kind === 'map' && override.kind === 'map') return mergeMaps(base, override, path);
  if (base.kind === 'list' && override.kind === 'list')
    return { ...override, items: [...base.items, ...override.items] } satisfies ListNode;
  return override;
}

function mergeMaps(base: MapNode, override: MapNode, path: Path): MapNode {
  const entries = new Map(base.entries);
  for (const [key, entry] of override.entries) {
    const earlier = entries.get(key);
    const node = earlier ? mergeNodes(earlier.node, entry.node, [...path, key]) : entry.node;
    entries.set(key, earlier && node === earlier.node ? earlier : { key: entry.key, node });
  }
  return { ...override, entries };
}

function isNull(node: Node): boolean {
  return node.kind === 'scalar' && node.value === null;
}
