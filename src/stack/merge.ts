import type { Entry, ListNode, MapNode, Node, Path, ScalarNode } from './node.js';

/** How two values of one key become one; `null` in the path stands for any name. */
interface Rule {
  readonly path: readonly (string | null)[];
  readonly merge: (base: Node, override: Node, path: Path) => Node;
}

/**
 * Merges an override file over a base (Compose specification, 13): maps recursively, lists appended, all else replaced; an
 * override of null changes nothing. RULES names the keys that differ.
 */
export function mergeFiles(base: MapNode, override: MapNode): MapNode {
  return mergeMaps(base, override, []);
}

/** Removes what `!reset` marks, once there is nothing left to merge. */
export function withoutResets(map: MapNode): MapNode {
  const entries = new Map<string, Entry>();
  for (const [key, { key: mark, node }] of map.entries) {
    if (node.tag !== 'reset') entries.set(key, { key: mark, node: node.kind === 'map' ? withoutResets(node) : node });
  }
  return { ...map, entries };
}

const RULES: readonly Rule[] = [
  ...['command', 'entrypoint'].map((key) => ({ path: ['services', null, key], merge: replace })),
  { path: ['services', null, 'healthcheck', 'test'], merge: replace },
  ...['command', 'entrypoint'].map((key) => ({ path: ['images', null, 'config', key], merge: replace })),
  { path: ['images', null, 'config', 'healthcheck', 'test'], merge: replace },
  ...['environment', 'labels', 'sysctls'].map((key) => ({ path: ['services', null, key], merge: mergePairs })),
  { path: ['volumes', null, 'labels'], merge: mergePairs },
  ...['env', 'labels'].map((key) => ({ path: ['images', null, 'config', key], merge: mergePairs })),
  { path: ['services', null, 'depends_on'], merge: mergeDependencies },
  { path: ['services', null, 'logging'], merge: mergeLogging },
  { path: ['services', null, 'volumes'], merge: uniqueBy(mountTarget) },
  { path: ['services', null, 'devices'], merge: uniqueBy(deviceTarget) },
  { path: ['services', null, 'env_file'], merge: uniqueBy(envFilePath) },
  { path: ['services', null, 'tmpfs'], merge: appendNew },
  { path: ['services', null, 'extra_hosts'], merge: mergeHosts },
  ...['cap_add', 'cap_drop', 'group_add', 'device_cgroup_rules'].map((key) => ({
    path: ['services', null, key],
    merge: appendNew,
  })),
];

function mergeNodes(base: Node, override: Node, path: Path): Node {
  if (override.tag !== null) return override;
  if (isNull(override)) return base;
  if (base.tag === 'reset' || isNull(base)) return override;
  const rule = RULES.find((candidate) => matches(candidate.path, path));
  if (rule) return rule.merge(base, override, path);
  if (base.kind === 'map' && override.kind === 'map') return mergeMaps(base, override, path);
  if (base.kind === 'list' && override.kind === 'list') return appendAll(base, override);
  return override;
}

function matches(pattern: readonly (string | null)[], path: Path): boolean {
  if (pattern.length !== path.length) return false;
  return pattern.every((step, index) => step === null || step === path[index] || `x-${step}` === path[index]);
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

function replace(_base: Node, override: Node): Node {
  return override;
}

function appendAll(base: Node, override: Node): Node {
  return listOf(override, [...itemsOf(base), ...itemsOf(override)]);
}

function appendNew(base: Node, override: Node): Node {
  const seen = new Set(itemsOf(base).map(scalarText));
  const added = itemsOf(override).filter((item) => item.kind !== 'scalar' || !seen.has(scalarText(item)));
  return listOf(override, [...itemsOf(base), ...added]);
}

/** A single value counts as a list of one. */
function itemsOf(node: Node): readonly Node[] {
  return node.kind === 'list' ? node.items : [node];
}

function listOf(like: Node, items: readonly Node[]): ListNode {
  return { kind: 'list', items, mark: like.mark, tag: null };
}

function scalarText(node: Node): string {
  return node.kind === 'scalar' ? String(node.value) : '';
}

/** `KEY=value` lists and maps alike; here null is a value, since it means 'unset'. */
function mergePairs(base: Node, override: Node): Node {
  const entries = new Map([...pairsOf(base), ...pairsOf(override)]);
  return { kind: 'map', entries, mark: override.mark, tag: null };
}

function pairsOf(node: Node): ReadonlyMap<string, Entry> {
  if (node.kind === 'map') return node.entries;
  return new Map(
    itemsOf(node)
      .filter((item) => item.kind === 'scalar')
      .map(pairOf),
  );
}

function pairOf(item: ScalarNode): [string, Entry] {
  const text = scalarText(item);
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  return [name, { key: item.mark, node: { ...item, value: equals < 0 ? null : text.slice(equals + 1) } }];
}

function mergeDependencies(base: Node, override: Node, path: Path): Node {
  if (base.kind === 'list' && override.kind === 'list') return appendNew(base, override);
  return mergeMaps(dependencyMap(base), dependencyMap(override), path);
}

function dependencyMap(node: Node): MapNode {
  if (node.kind === 'map') return node;
  const entries = new Map<string, Entry>();
  for (const item of itemsOf(node)) {
    const started: Entry = {
      key: item.mark,
      node: { kind: 'scalar', value: 'service_started', mark: item.mark, tag: null },
    };
    const dependency: Node = { kind: 'map', entries: new Map([['condition', started]]), mark: item.mark, tag: null };
    entries.set(scalarText(item), { key: item.mark, node: dependency });
  }
  return { kind: 'map', entries, mark: node.mark, tag: null };
}

/** Options belong to their driver: another driver starts without them. */
function mergeLogging(base: Node, override: Node, path: Path): Node {
  if (base.kind !== 'map' || override.kind !== 'map') return override;
  const driver = override.entries.get('driver');
  const earlier = base.entries.get('driver');
  if (!driver || (earlier && scalarText(earlier.node) === scalarText(driver.node)))
    return mergeMaps(base, override, path);
  return override;
}

function uniqueBy(keyOf: (item: Node) => string) {
  return (base: Node, override: Node): Node => {
    const items = new Map<string, Node>();
    for (const item of [...itemsOf(base), ...itemsOf(override)]) items.set(keyOf(item), item);
    return listOf(override, [...items.values()]);
  };
}

/** Where `source:target:mode` or its long form mounts; `/d/` is `/d`. */
function mountTarget(item: Node): string {
  if (item.kind === 'map') {
    const target = item.entries.get('target') ?? item.entries.get('source');
    return target ? trimSlashes(scalarText(target.node)) : '';
  }
  const [source = '', target = source] = scalarText(item).split(':');
  return trimSlashes(target);
}

/** As `mountTarget`, but for `source:permissions`. */
function deviceTarget(item: Node): string {
  const [source = '', second = '', ...rest] = scalarText(item).split(':');
  const isPermissions = rest.length === 0 && /^[rwm]+$/.test(second);
  return isPermissions ? trimSlashes(source) : mountTarget(item);
}

function envFilePath(item: Node): string {
  const path = item.kind === 'map' ? item.entries.get('path')?.node : item;
  return path ? scalarText(path) : '';
}

function trimSlashes(path: string): string {
  return path.replace(/(.)\/+$/, '$1');
}

/** Two addresses of one name both stay; equal entries collapse. */
function mergeHosts(base: Node, override: Node): Node {
  return appendNew(listOf(base, hostsOf(base)), listOf(override, hostsOf(override)));
}

function hostsOf(node: Node): readonly Node[] {
  if (node.kind !== 'map') return itemsOf(node);
  return [...node.entries].flatMap(([host, entry]) =>
    itemsOf(entry.node).map(
      (item): Node => (item.kind === 'scalar' ? { ...item, value: `${host}=${scalarText(item)}` } : item),
    ),
  );
}
