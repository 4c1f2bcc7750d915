/** A text with the name that diagnostics show. */
export interface Source {
  readonly name: string;
  readonly text: string;
  /** how the file was reached, from the outside in; absent: it is one of the project's own */
  readonly via?: readonly string[];
}

/** A range of a source, in code units. */
export interface Mark {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** `!reset` removes what earlier files said, `!override` replaces it instead of merging (Compose specification, 13). */
export type MergeTag = 'reset' | 'override' | null;

/** A yaml value that knows where it was written. Trees are immutable and may share nodes. */
export type Node = ScalarNode | ListNode | MapNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly value: Scalar;
  readonly mark: Mark;
  readonly tag: MergeTag;
}

export type Scalar = string | number | boolean | null;

export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly Node[];
  readonly mark: Mark;
  readonly tag: MergeTag;
}

export interface MapNode {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Entry>;
  readonly mark: Mark;
  readonly tag: MergeTag;
}

export interface Entry {
  readonly key: Mark;
  readonly node: Node;
}

export type Path = readonly (string | number)[];

/** A node as plain JSON values. */
export type Plain = Scalar | Plain[] | { [key: string]: Plain };

export function toPlain(node: Node): Plain {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toPlain);
  // without a prototype, so that a key `__proto__` is a key like any other
  const plain: { [key: string]: Plain } = Object.create(null);
  for (const [key, entry] of node.entries) plain[key] = toPlain(entry.node);
  return plain;
}

/** The node at a path; undefined where the path leaves the tree. */
export function nodeAt(root: Node, path: Path): Node | undefined {
  let node: Node | undefined = root;
  for (const step of path) {
    if (node?.kind === 'map') node = node.entries.get(String(step))?.node;
    else if (node?.kind === 'list' && typeof step === 'number') node = node.items[step];
    else return undefined;
  }
  return node;
}

/**
 * Where to point for a path: the value, or its key when asked for or when the value is an empty one. For a path that
 * leaves the tree it is the key of the last part that is there.
 */
export function markAt(root: Node, path: Path, part: 'key' | 'value'): Mark {
  const last = path.at(-1);
  if (last === undefined) return firstOf(root.mark);
  const parent = nodeAt(root, path.slice(0, -1));
  const entry = parent?.kind === 'map' ? parent.entries.get(String(last)) : undefined;
  if (entry) return part === 'key' || isEmpty(entry.node) ? entry.key : firstOf(entry.node.mark);
  const node = nodeAt(root, path);
  return node ? firstOf(node.mark) : markAt(root, path.slice(0, -1), 'key');
}

function isEmpty(node: Node): boolean {
  return node.mark.end <= node.mark.start;
}

/** A block's first line stands for the block. */
function firstOf(mark: Mark): Mark {
  const lineEnd = mark.source.text.indexOf('\n', mark.start);
  return { ...mark, end: lineEnd < 0 ? mark.end : Math.min(mark.end, lineEnd) };
}

/** `services.web.volumes[0].source` */
export function pathText(path: Path): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');
}

export function newScalar(value: Scalar, mark: Mark): ScalarNode {
  return { kind: 'scalar', value, mark, tag: null };
}

/** The text of a scalar; that of a collection is empty. */
export function scalarText(node: Node): string {
  return node.kind === 'scalar' ? String(node.value) : '';
}

/** The items of a list; any other value counts as a list of one. */
export function itemsOf(node: Node): readonly Node[] {
  return node.kind === 'list' ? node.items : [node];
}

/** The pairs of a map, or of a list of `KEY=value`; a key alone has null. */
export function pairsOf(node: Node): ReadonlyMap<string, Entry> {
  if (node.kind === 'map') return node.entries;
  const pairs = itemsOf(node).filter((item) => item.kind === 'scalar');
  return new Map(pairs.map(pairOf));
}

function pairOf(item: ScalarNode): [string, Entry] {
  const text = scalarText(item);
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  return [name, { key: item.mark, node: { ...item, value: equals < 0 ? null : text.slice(equals + 1) } }];
}
