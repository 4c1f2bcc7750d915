import { formatDuration } from '../../units.js';
import type { Healthcheck } from '../model.js';

/** What a stack file can hold. */
export type Printable = string | number | boolean | null | readonly Printable[] | { readonly [key: string]: Printable };

type PrintableMap = { readonly [key: string]: Printable };

/** A map without the keys that say nothing: undefined, empty lists and empty maps. Null is kept. */
export function compact(map: { readonly [key: string]: Printable | undefined }): PrintableMap {
  const found: Record<string, Printable> = {};
  for (const [key, value] of Object.entries(map)) if (value !== undefined && !isEmpty(value)) found[key] = value;
  return found;
}

function isEmpty(value: Printable): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** Nothing where a value is not set. */
export function given<T>(value: T | null, print: (value: T) => Printable): Printable | undefined {
  return value === null ? undefined : print(value);
}

/** A value as it is, or nothing where it is not set. */
export function orNothing<T extends Printable>(value: T | null): T | undefined {
  return value ?? undefined;
}

/** A command; an empty list says 'none', so it is kept as an empty text, which means the same. */
export function printableCommand(words: readonly string[] | null): Printable | undefined {
  return given(words, (list) => (list.length === 0 ? '' : list));
}

export function printableHealthcheck(check: Healthcheck | null): Printable | undefined {
  if (check === null) return undefined;
  return compact({
    disable: check.disable || undefined,
    test: given(check.test, (words) => ['CMD', ...words]),
    interval: given(check.intervalMs, formatDuration),
    timeout: given(check.timeoutMs, formatDuration),
    retries: orNothing(check.retries),
    start_period: given(check.startPeriodMs, formatDuration),
    start_interval: given(check.startIntervalMs, formatDuration),
  });
}
