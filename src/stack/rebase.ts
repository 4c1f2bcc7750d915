import { resolve } from 'node:path';
import { type MapNode, type Node, pairsOf, type ScalarNode, scalarText } from './node.js';

type Change = (node: Node, dir: string) => Node;

/** Where a service names paths of the host; `*` stands for any name or item. */
const SERVICE_PATHS: readonly (readonly [string, Change])[] = [
  ['build', contextPath],
  ['build.context', contextPath],
  ['build.additional_contexts', contextPaths],
  ['credential_spec.file', hostPath],
  ['develop.watch.*.path', hostPath],
  ['env_file', hostPath],
  ['env_file.*', hostPath],
  ['env_file.*.path', hostPath],
  ['label_file', hostPath],
  ['label_file.*', hostPath],
  ['volumes.*', mountSource],
];

const PROJECT_PATHS: readonly (readonly [string, Change])[] = [
  ...SERVICE_PATHS.map(([path, change]) => [`services.*.${path}`, change] as const),
  ['configs.*.file', hostPath],
  ['secrets.*.file', hostPath],
  ['volumes.*.driver_opts', bindDevice],
  ...['images', 'x-images'].flatMap((images) => [
    [`${images}.*.base.rootfs`, hostPath] as const,
    [`${images}.*.base.archive`, hostPath] as const,
    [`${images}.*.base.layout`, hostPath] as const,
    [`${images}.*.layers.*.copy.from`, hostPath] as const,
  ]),
];

/** Makes the relative paths of a service absolute, so that it can be moved to a project in another directory. */
export function rebaseService(service: MapNode, dir: string): MapNode {
  return rebase(service, SERVICE_PATHS, dir);
}

/** The same for all that a project's files name. */
export function rebaseProject(root: MapNode, dir: string): MapNode {
  return rebase(root, PROJECT_PATHS, dir);
}

function rebase(root: MapNode, paths: readonly (readonly [string, Change])[], dir: string): MapNode {
  const changed = paths.reduce<Node>((node, [path, change]) => changeAt(node, path.split('.'), change, dir), root);
  return changed.kind === 'map' ? changed : root;
}

function changeAt(node: Node, steps: readonly string[], change: Change, dir: string): Node {
  const [step, ...rest] = steps;
  if (step === undefined) return change(node, dir);
  if (node.kind === 'list')
    return step === '*' ? { ...node, items: node.items.map((item) => changeAt(item, rest, change, dir)) } : node;
  if (node.kind !== 'map' || (step !== '*' && !node.entries.has(step))) return node;
  const entries = [...node.entries].map(([key, entry]) => {
    const isMeant = step === '*' || step === key;
    return [key, isMeant ? { ...entry, node: changeAt(entry.node, rest, change, dir) } : entry] as const;
  });
  return { ...node, entries: new Map(entries) };
}

function hostPath(node: Node, dir: string): Node {
  return node.kind === 'scalar' && typeof node.value === 'string' ? absolute(node, node.value, dir) : node;
}

/** `~` is the caller's home, whichever directory a file is in. */
function absolute(node: ScalarNode, path: string, dir: string): ScalarNode {
  return path === '' || path.startsWith('~') ? node : { ...node, value: resolve(dir, path) };
}

/** A build context that is fetched, or made by another service, has no place in a directory. */
const REMOTE = /^(?:[a-z][a-z\d+.-]*:\/\/|git@|github\.com\/|(?:docker-image|oci-layout|target|service):)/;

export function isRemote(context: string): boolean {
  return REMOTE.test(context);
}

function contextPath(node: Node, dir: string): Node {
  return isRemote(scalarText(node)) ? node : hostPath(node, dir);
}

function contextPaths(node: Node, dir: string): Node {
  const entries = [...pairsOf(node)].map(
    ([name, entry]) => [name, { ...entry, node: contextPath(entry.node, dir) }] as const,
  );
  return { kind: 'map', entries: new Map(entries), mark: node.mark, tag: node.tag };
}

function mountSource(node: Node, dir: string): Node {
  if (node.kind === 'map') {
    const type = node.entries.get('type')?.node;
    return type && scalarText(type) === 'bind' ? changeAt(node, ['source'], hostPath, dir) : node;
  }
  const [source = '', ...rest] = scalarText(node).split(':');
  if (node.kind !== 'scalar' || rest.length === 0 || !source.startsWith('.')) return node;
  return { ...node, value: [resolve(dir, source), ...rest].join(':') };
}

/** `type: none, o: bind, device: ./dir` */
function bindDevice(node: Node, dir: string): Node {
  const options = node.kind === 'map' ? node.entries.get('o')?.node : undefined;
  const isBind = options !== undefined && scalarText(options).split(',').includes('bind');
  return isBind ? changeAt(node, ['device'], hostPath, dir) : node;
}
