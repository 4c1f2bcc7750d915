import {
  itemsOf,
  type ListNode,
  type MapNode,
  type Node,
  newScalar,
  pairsOf,
  type Scalar,
  scalarText,
} from '../node.js';

/** How two values of one key become one. @param merge what happens where there is no rule */
export type Merge = (base: Node, override: Node, merge: (base: Node, override: Node) => Node) => Node;

export const replace: Merge = (_base, override) => override;

/** One list; a text that is there already is not repeated. A single value counts as a list of one. */
export const appendNew: Merge = (base, override) => {
  const seen = new Set<string>();
  const items = [...itemsOf(base), ...itemsOf(override)].filter((item) => {
    const isKnown = item.kind === 'scalar' && seen.has(scalarText(item));
    seen.add(scalarText(item));
    return !isKnown;
  });
  return listOf(override, items);
};

/** `KEY=value` lists and maps alike; here null is a value, since it means 'unset'. */
export const mergePairs: Merge = (base, override) => {
  const entries = new Map([...pairsOf(base), ...pairsOf(override)]);
  return { kind: 'map', entries, mark: override.mark, tag: null };
};

/** Two addresses of one name both stay; equal entries collapse. */
export const mergeHosts: Merge = (base, override, merge) =>
  appendNew(listOf(base, hostsOf(base)), listOf(override, hostsOf(override)), merge);

function hostsOf(node: Node): readonly Node[] {
  if (node.kind !== 'map') return itemsOf(node);
  return [...node.entries].flatMap(([host, entry]) =>
    itemsOf(entry.node).map(
      (item): Node => (item.kind === 'scalar' ? { ...item, value: `${host}=${scalarText(item)}` } : item),
    ),
  );
}

/** Options belong to their driver: another driver starts without them. */
export const mergeLogging: Merge = (base, override, merge) => {
  if (base.kind !== 'map' || override.kind !== 'map') return override;
  const driver = override.entries.get('driver');
  const earlier = base.entries.get('driver');
  return !driver || (earlier && scalarText(earlier.node) === scalarText(driver.node))
    ? merge(base, override)
    : override;
};

/** Later items take the place of earlier ones with the same key. */
export function uniqueBy(keyOf: (item: Node) => string): Merge {
  return (base, override) => {
    const items = new Map<string, Node>();
    for (const item of [...itemsOf(base), ...itemsOf(override)]) items.set(keyOf(item), item);
    return listOf(override, [...items.values()]);
  };
}

/**
 * For keys with a short form that is a name, or a list of names: where one side is a map, the other becomes one.
 * @param meaning what a name alone says: of a list the value of its key, of a single value the whole
 */
export function withMap(meaning: (name: Scalar) => Readonly<Record<string, Scalar>> | null): Merge {
  return (base, override, merge) => {
    if (base.kind === 'list' && override.kind === 'list') return appendNew(base, override, merge);
    if (base.kind !== 'map' && override.kind !== 'map') return override;
    return merge(mapOf(base, meaning), mapOf(override, meaning));
  };
}

function mapOf(node: Node, meaning: (name: Scalar) => Readonly<Record<string, Scalar>> | null): Node {
  if (node.kind === 'map') return node;
  if (node.kind === 'scalar') return meantBy(node, meaning(node.value));
  const entries = node.items.map((item) => {
    const value = item.kind === 'scalar' ? meantBy(item, meaning(item.value)) : item;
    return [scalarText(item), { key: item.mark, node: value }] as const;
  });
  return { kind: 'map', entries: new Map(entries), mark: node.mark, tag: null };
}

function meantBy(like: Node, meaning: Readonly<Record<string, Scalar>> | null): Node {
  if (meaning === null) return newScalar(null, like.mark);
  const entries = Object.entries(meaning).map(
    ([key, value]) => [key, { key: like.mark, node: newScalar(value, like.mark) }] as const,
  );
  return { kind: 'map', entries: new Map(entries), mark: like.mark, tag: null } satisfies MapNode;
}

function listOf(like: Node, items: readonly Node[]): ListNode {
  return { kind: 'list', items, mark: like.mark, tag: null };
}
