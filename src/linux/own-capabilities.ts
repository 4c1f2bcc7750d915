import { readFileSync } from 'node:fs';
import { allCapabilities } from '../oci/capabilities.js';

/**
 * What root is here: the names, without `CAP_`, of the capabilities in our own bounding set. In a virtual machine or a
 * container of another engine it may not be all of them. capabilities(7), proc(5).
 */
export function ownCapabilities(
  read: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): ReadonlySet<string> {
  const mask = BigInt(`0x${/^CapBnd:\s*([0-9a-f]+)$/m.exec(read('/proc/self/status'))?.[1] ?? '0'}`);
  return new Set(allCapabilities.filter((_name, number) => (mask >> BigInt(number)) & 1n));
}
