import { readFileSync } from 'node:fs';
import { allCapabilities } from '../oci/capabilities.js';
import { once } from './once.js';

/**
 * What root is here: the names, without `CAP_`, of the capabilities in our own bounding set. In a virtual machine or a
 * container of another engine it may not be all of them. capabilities(7), proc(5).
 */
export const ownCapabilities: () => ReadonlySet<string> = once(() => {
  const text = readFileSync('/proc/self/status', 'utf8');
  const mask = BigInt(`0x${/^CapBnd:\s*([0-9a-f]+)$/m.exec(text)?.[1] ?? '0'}`);
  return new Set(allCapabilities.filter((_name, number) => (mask >> BigInt(number)) & 1n));
});
