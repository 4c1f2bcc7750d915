import { itemsOf, type MapNode, scalarText } from './node.js';
import { sectionOf } from './scope.js';

/**
 * Services that are not enabled, with their profiles: those that have some, none of which is asked for (Compose
 * specification, 15). A service that is named on the command line is enabled whatever its profiles.
 * @param profiles what is asked for; `*` is all of them
 */
export function disabledServices(
  root: MapNode,
  profiles: readonly string[],
  named: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const disabled = new Map<string, readonly string[]>();
  for (const [name, { node }] of sectionOf(root, 'services').entries) {
    const written = node.kind === 'map' ? node.entries.get('profiles')?.node : undefined;
    const own = written ? itemsOf(written).map(scalarText) : [];
    const isEnabled = own.length === 0 || profiles.includes('*') || own.some((profile) => profiles.includes(profile));
    if (!isEnabled && !named.includes(name)) disabled.set(name, own);
  }
  return disabled;
}
