import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  parseAllDocuments,
  type YAMLMap,
  type Node as YamlNode,
  Scalar as YamlScalar,
} from 'yaml';
import type { Entry, MapNode, Mark, MergeTag, Node, Path, Scalar, Source } from './node.js';
import type { Problems } from './problems.js';
import { resolvePlain } from './scalar.js';

/** Nodes that one document may stand for once its aliases are followed: far above real files, below what hurts. */
const NODE_BUDGET = 200_000;

/** Characters of one file: parsing more takes seconds. */
const MAX_LENGTH = 2 * 1024 * 1024;

/** Levels of maps and lists: far above real files, below what a recursive walk can't bear. */
const MAX_DEPTH = 100;

const TOO_DEEP = `maps and lists are nested more than ${MAX_DEPTH} deep`;

/** State of reading one yaml document. Aliased nodes are read once and shared; `sizes` counts them at every use. */
interface Reader {
  readonly source: Source;
  readonly document: Document;
  readonly problems: Problems;
  readonly read: Map<YamlNode, Node>;
  readonly open: Set<YamlNode>;
  readonly sizes: Map<Node, number>;
}

/** Reads the documents of a yaml text into trees. Documents that hold nothing are left out; errors go to `problems`. */
export function parseDocuments(source: Source, problems: Problems): MapNode[] {
  if (source.text.length > MAX_LENGTH) {
    problems.error({ source, start: 0, end: 0 }, [], `the file is larger than ${MAX_LENGTH} characters`);
    return [];
  }
  const documents = parseAllDocuments(source.text, {
    prettyErrors: false,
    uniqueKeys: false,
    merge: false,
    logLevel: 'silent',
  });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) => {
    for (const error of document.errors) {
      const [start, end] = error.pos;
      problems.error({ source, start, end }, [], explained(error.message));
    }
    if (document.errors.length > 0 || !document.contents) return [];
    const reader: Reader = { source, document, problems, read: new Map(), open: new Set(), sizes: new Map() };
    const root = readNode(reader, document.contents, []);
    if (root.kind === 'map') return [root];
    if (root.kind !== 'scalar' || root.value !== null)
      problems.error(root.mark, [], 'expected a map of sections such as services');
    return [];
  });
}

/** The parser is recursive and reports its own exhaustion as an error of the text. */
function explained(message: string): string {
  if (message.startsWith('Maximum call stack')) return TOO_DEEP;
  return `yaml: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}

function readNode(reader: Reader, yaml: YamlNode | null, path: Path): Node {
  if (yaml === null) return nullNode({ source: reader.source, start: 0, end: 0 });
  if (path.length > MAX_DEPTH) {
    reader.problems.error(markOf(reader, yaml), [], TOO_DEEP);
    return nullNode(markOf(reader, yaml));
  }
  const known = reader.read.get(yaml);
  if (known) return known;
  reader.open.add(yaml);
  const node = isAlias(yaml) ? readAlias(reader, yaml, path) : readOwn(reader, yaml, path);
  reader.open.delete(yaml);
  reader.read.set(yaml, node);
  return node;
}

function readOwn(reader: Reader, yaml: YamlNode, path: Path): Node {
  const mark = markOf(reader, yaml);
  const tag = mergeTag(yaml);
  if (isMap(yaml)) return measured(reader, { kind: 'map', entries: readEntries(reader, yaml, path), mark, tag }, path);
  if (isSeq(yaml)) {
    const items = yaml.items.map((item, index) => readNode(reader, toNode(item), [...path, index]));
    return measured(reader, { kind: 'list', items, mark, tag }, path);
  }
  const value = isScalar(yaml) ? readScalar(reader, yaml, mark, path) : null;
  return { kind: 'scalar', value, mark, tag };
}

function readAlias(reader: Reader, alias: Alias, path: Path): Node {
  const target = alias.resolve(reader.document);
  const mark = markOf(reader, alias);
  if (target && !reader.open.has(target)) return readNode(reader, target, path);
  const why = target ? `'*${alias.source}' stands inside of what it refers to` : `unknown anchor '${alias.source}'`;
  reader.problems.error(mark, path, why);
  return nullNode(mark);
}

/** Counts what a collection stands for; one that is too large is reported and left empty, so nothing walks it. */
function measured(reader: Reader, node: Node, path: Path): Node {
  const children =
    node.kind === 'map'
      ? [...node.entries.values()].map((entry) => entry.node)
      : node.kind === 'list'
        ? node.items
        : [];
  const size = children.reduce((sum, child) => sum + (reader.sizes.get(child) ?? 1), 1);
  reader.sizes.set(node, size);
  if (size <= NODE_BUDGET) return node;
  reader.problems.error(node.mark, path, `aliases expand to more than ${NODE_BUDGET} values`);
  return nullNode(node.mark);
}

function readEntries(reader: Reader, map: YAMLMap, path: Path): ReadonlyMap<string, Entry> {
  const own = new Map<string, Entry>();
  const merged: Node[] = [];
  for (const pair of map.items) {
    const key = readKey(reader, pair, path);
    if (!key) continue;
    const earlier = own.get(key.name);
    const at = [...path, key.name];
    if (earlier) {
      reader.problems.error(key.mark, at, `key '${key.name}' is already defined at line ${lineOf(earlier.key)}`);
      continue;
    }
    const node =
      pair.value === null || pair.value === undefined
        ? nullNode(emptyAfter(key.mark))
        : readNode(reader, toNode(pair.value), at);
    own.set(key.name, { key: key.mark, node });
    if (key.isMerge) merged.push(...mergeSources(reader, node, key.mark, at));
  }
  if (merged.length > 0 || own.get('<<')) own.delete('<<');
  // an explicit key wins wherever it stands; of several merged maps the first one wins
  for (const source of merged) {
    if (source.kind !== 'map') continue;
    // what is marked for a merge of files is marked where it is written, not where it is merged to
    for (const [name, entry] of source.entries) if (!own.has(name) && entry.node.tag === null) own.set(name, entry);
  }
  return own;
}

function mergeSources(reader: Reader, node: Node, key: Mark, path: Path): readonly Node[] {
  const sources = node.kind === 'list' ? node.items : [node];
  if (sources.every((source) => source.kind === 'map')) return sources;
  reader.problems.error(key, path, "'<<' takes a map or a list of maps");
  return [];
}

interface Key {
  readonly name: string;
  readonly mark: Mark;
  readonly isMerge: boolean;
}

function readKey(reader: Reader, pair: Pair, path: Path): Key | null {
  const yaml = isAlias(pair.key) ? pair.key.resolve(reader.document) : pair.key;
  const mark = markOf(reader, toNode(pair.key));
  if (!isScalar(yaml)) {
    reader.problems.error(mark, path, 'a key must be a string');
    return null;
  }
  const value = readScalar(reader, yaml, mark, path);
  if (typeof value === 'string')
    return { name: value, mark, isMerge: value === '<<' && yaml.type === YamlScalar.PLAIN };
  reader.problems.error(mark, path, `key ${String(value)} is not a string: put it in quotes`);
  return null;
}

function readScalar(reader: Reader, yaml: YamlScalar, mark: Mark, path: Path): Scalar {
  const text = yaml.source ?? '';
  const kind = yaml.tag?.startsWith('tag:yaml.org,2002:') ? yaml.tag.slice('tag:yaml.org,2002:'.length) : null;
  if (kind === 'binary') return Buffer.from(text, 'base64').toString('utf8');
  if (kind === 'str' || (kind === null && (yaml.tag !== undefined || yaml.type !== YamlScalar.PLAIN))) return text;
  const plain = resolvePlain(text);
  if (plain) return plain.value;
  reader.problems.error(mark, path, `'${text}' is a date, which no key takes: put it in quotes`);
  return text;
}

function mergeTag(yaml: YamlNode): MergeTag {
  if (yaml.tag === '!reset') return 'reset';
  return yaml.tag === '!override' ? 'override' : null;
}

function toNode(value: unknown): YamlNode | null {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value) ? value : null;
}

/** The range of the value itself, without the comments and line ends behind it. */
function markOf(reader: Reader, yaml: YamlNode | null): Mark {
  const [start, end] = yaml?.range ?? [0, 0];
  return { source: reader.source, start, end };
}

function emptyAfter(key: Mark): Mark {
  return { ...key, start: key.end };
}

function nullNode(mark: Mark): Node {
  return { kind: 'scalar', value: null, mark, tag: null };
}

function lineOf(mark: Mark): number {
  return mark.source.text.slice(0, mark.start).split('\n').length;
}
