import type { Colour, Paint } from './colour.js';

const ORDER: readonly Colour[] = ['cyan', 'yellow', 'green', 'magenta', 'blue', 'red'];

/** Prefix `web-1  | ` of a container's log lines, by container name. */
export type Prefixes = (containerName: string) => string;

/** `shop-web-1` of stack `shop` is shown as `web-1`; a name of the user's own is shown whole. */
export function shortName(stack: string, containerName: string): string {
  return containerName.startsWith(`${stack}-`) ? containerName.slice(stack.length + 1) : containerName;
}

/** Natural order, so that `web-2` comes before `web-10`. */
export function compareNames(a: string, b: string): number {
  const [left, right] = [naturalKey(a), naturalKey(b)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Numbers padded, so that string order is natural order; a collator would cost a command some milliseconds to load. */
function naturalKey(name: string): string {
  return name.replace(/\d+/g, (digits) => digits.padStart(12, '0'));
}

/**
 * Prefixes as wide as the longest name. Colours are dealt in order of names, so a container keeps its colour from one
 * command to the next.
 */
export function createPrefixes(stack: string, containerNames: readonly string[], paint: Paint): Prefixes {
  const names = [...new Set(containerNames)].sort(compareNames);
  const width = Math.max(0, ...names.map((name) => shortName(stack, name).length));
  const colours = new Map(names.map((name, index) => [name, ORDER[index % ORDER.length] ?? 'cyan']));
  return (name) => paint(colours.get(name) ?? 'cyan', `${shortName(stack, name).padEnd(width)}  | `);
}
