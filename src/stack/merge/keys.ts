import { type Node, scalarText } from '../node.js';

/** Where `source:target:mode` or its long form mounts; `/d/` is `/d`. */
export function mountTarget(item: Node): string {
  if (item.kind === 'map') return trimSlashes(textAt(item, 'target') ?? textAt(item, 'source') ?? '');
  const [source = '', target = source] = scalarText(item).split(':');
  return trimSlashes(target);
}

/** As `mountTarget`, but for `source:permissions`. */
export function deviceTarget(item: Node): string {
  const [source = '', second = '', ...rest] = scalarText(item).split(':');
  const isPermissions = rest.length === 0 && /^[rwm]+$/.test(second);
  return isPermissions ? trimSlashes(source) : mountTarget(item);
}

export function envFilePath(item: Node): string {
  return textAt(item, 'path') ?? scalarText(item);
}

/** Where a secret or config is seen; without a target its name below `dir`. */
export function grantTarget(dir: string): (item: Node) => string {
  return (item) => textAt(item, 'target') ?? `${dir}${textAt(item, 'source') ?? scalarText(item)}`;
}

/** Of `SERVICE:ALIAS` the service. */
export function linkName(item: Node): string {
  return scalarText(item).split(/[:=]/, 1)[0] ?? '';
}

/** What a port is published as and what it reaches; a short form is the same as itself alone. */
export function portText(item: Node): string {
  if (item.kind !== 'map') return scalarText(item);
  return ['host_ip', 'published', 'target', 'protocol'].map((key) => textAt(item, key) ?? '').join(' ');
}

export function subnet(item: Node): string {
  return textAt(item, 'subnet') ?? '';
}

function textAt(item: Node, key: string): string | undefined {
  const node = item.kind === 'map' ? item.entries.get(key)?.node : undefined;
  return node && scalarText(node);
}

function trimSlashes(path: string): string {
  return path.replace(/(.)\/+$/, '$1');
}
