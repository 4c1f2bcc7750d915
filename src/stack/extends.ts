import { dirname, resolve } from 'node:path';
import { parseDocuments } from './document.js';
import { interpolateTree } from './interpolate-tree.js';
import { mergeFiles, mergeServices, withoutResets } from './merge/merge.js';
import { type MapNode, type Mark, type Node, scalarText } from './node.js';
import { rebaseService } from './rebase.js';
import { type Document, reached, type Scope, sectionOf, sourceOf, withEntry, withoutEntry } from './scope.js';
import { suggest } from './suggest.js';

/** A service that another one extends, and where it was found. */
interface Place {
  readonly document: Document;
  readonly scope: Scope;
  /** services on the way here, as `file#service` */
  readonly chain: readonly string[];
}

/**
 * Puts in place of each service that has `extends` the service it names with its own keys merged over it (Compose
 * specification, 05: extends). Paths of a service from another file stay relative to that file.
 */
export function extendServices(document: Document, scope: Scope): MapNode {
  const services = sectionOf(document.root, 'services');
  const extended = new Map(services.entries);
  for (const [name, { key, node }] of services.entries) {
    if (node.kind === 'map' && node.entries.has('extends'))
      extended.set(name, { key, node: extend(name, node, { document, scope, chain: [] }) });
  }
  return services.entries.size === 0
    ? document.root
    : withEntry(document.root, 'services', { ...services, entries: extended });
}

function extend(name: string, service: MapNode, place: Place): MapNode {
  const entry = service.entries.get('extends');
  if (!entry) return service;
  const own = withoutEntry(service, 'extends');
  const reference = readReference(entry.node, name, place.scope);
  const base = reference && findBase(reference, name, place);
  return base ? mergeServices(withoutResets(base), own) : own;
}

interface Reference {
  readonly service: string;
  readonly file: string | null;
  readonly mark: Mark;
}

function readReference(node: Node, name: string, { problems }: Scope): Reference | null {
  const path = ['services', name, 'extends'];
  const written = node.kind === 'map' ? node.entries.get('service')?.node : node;
  const service = written ? scalarText(written) : '';
  if (service === '' || !written) {
    problems.error(node.mark, path, "expected the name of a service, or a map with 'service' and 'file'");
    return null;
  }
  if (node.kind === 'map') {
    for (const [key, { key: mark }] of node.entries)
      if (key !== 'service' && key !== 'file')
        problems.error(mark, [...path, key], 'unknown key', suggest(key, ['service', 'file']));
  }
  const file = node.kind === 'map' ? node.entries.get('file')?.node : undefined;
  return { service, file: file ? scalarText(file) : null, mark: (file ?? written).mark };
}

function findBase(reference: Reference, name: string, place: Place): MapNode | null {
  const path = ['services', name, 'extends'];
  const { problems } = place.scope;
  const chain = [...place.chain, `${place.document.file}#${name}`];
  const target = reference.file === null ? place : openFile(reference, reference.file, place, path);
  if (!target) return null;
  const id = `${target.document.file}#${reference.service}`;
  if (chain.includes(id)) {
    const names = [...chain.slice(chain.indexOf(id)), id].map((step) => step.slice(step.indexOf('#') + 1));
    problems.error(reference.mark, path, `services extend each other: ${names.join(' -> ')}`);
    return null;
  }
  const services = sectionOf(target.document.root, 'services');
  const base = services.entries.get(reference.service)?.node;
  if (base?.kind !== 'map') {
    const where = reference.file === null ? '' : ` in ${reference.file}`;
    const hint = suggest(reference.service, [...services.entries.keys()]);
    problems.error(reference.mark, path, `there is no service '${reference.service}'${where}`, hint);
    return null;
  }
  const whole = extend(reference.service, base, { ...target, chain });
  return reference.file === null ? whole : rebaseService(whole, target.scope.dir);
}

/** The file that a service is taken from. Its own `include` has no meaning here: services are extended within one file. */
function openFile(reference: Reference, written: string, place: Place, path: readonly string[]): Place | null {
  const file = resolve(place.scope.dir, written);
  const text = place.scope.reader.readFile(file);
  if (text === null) {
    place.scope.problems.error(reference.mark, path, `no such file: ${written}`);
    return null;
  }
  const via = reached(place.scope, 'extended', reference.mark);
  const scope: Scope = { ...place.scope, dir: dirname(file), via };
  const documents = parseDocuments(sourceOf(scope, file, text), scope.problems);
  const [first, ...others] = documents.map((document) => interpolateTree(document, scope.lookup, scope.problems));
  return first ? { document: { file, root: others.reduce(mergeFiles, first) }, scope, chain: place.chain } : null;
}
