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

/** A map without what says nothing: undefined, false, zero, empty texts, lists and maps, as the reference leaves out. */
export function terse(map: { readonly [key: string]: Printable | undefined }): { readonly [key: string]: Printable } {
  const found: Record<string, Printable> = {};
  for (const [key, value] of Object.entries(map)) if (value !== undefined && !isNothing(value)) found[key] = value;
  return found;
}

function isNothing(value: Printable): boolean {
  if (typeof value === 'object') return value === null || Object.keys(value).length === 0;
  return value === false || value === 0 || value === '';
}

/** A map whose keys are kept whatever their values; only undefined says nothing. */
export function defined(map: { readonly [key: string]: Printable | undefined }): { readonly [key: string]: Printable } {
  return Object.fromEntries(
    Object.entries(map).filter((entry): entry is [string, Printable] => entry[1] !== undefined),
  );
}

/** A duration as Go prints it: `1m30s`, `2m0s`, `500ms`. */
export function goDuration(ms: number | undefined): string | undefined {
  if (ms === undefined) return undefined;
  if (ms < 1000) return ms === 0 ? '0s' : `${ms}ms`;
  const [hours, minutes, seconds] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, (ms % 60_000) / 1000];
  return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${seconds}s`;
}

/** A number that is printed as a text, such as a size in bytes. */
export function asText(value: number | undefined): string | undefined {
  return value === undefined || value === 0 ? undefined : String(value);
}

/** Permission bits in octal with a zero in front. */
export function asMode(mode: number | undefined): string | undefined {
  return mode === undefined ? undefined : `0${mode.toString(8)}`;
}

export function mapValues<T>(
  map: Readonly<Record<string, T>> | undefined,
  print: (value: T, key: string) => Printable,
): { readonly [key: string]: Printable } | undefined {
  return map && Object.fromEntries(Object.entries(map).map(([key, value]) => [key, print(value, key)]));
}
