/**
 * Values as people read them. The unit of a number is told by its field's name, as everywhere in the model: `…Bytes`,
 * `…Ms`, `…Us`. Text from a stack file may hold anything, so control characters never reach a terminal from here.
 */

/** 67108864 is `64m`; the largest unit that divides it, in the units of stack files. -1 is `unlimited`. */
export function printBytes(bytes: number): string {
  if (bytes === -1) return 'unlimited';
  const unit = ['g', 'm', 'k'].find((_, index) => bytes >= 1024 ** (3 - index) && bytes % 1024 ** (3 - index) === 0);
  if (unit === undefined) return `${bytes}b`;
  return `${bytes / 1024 ** (3 - ['g', 'm', 'k'].indexOf(unit))}${unit}`;
}

/** 90000 is `1m30s`, 1500 is `1s500ms`. */
export function printDuration(durationMs: number): string {
  const units = [
    { name: 'h', ms: 3_600_000 },
    { name: 'm', ms: 60_000 },
    { name: 's', ms: 1000 },
    { name: 'ms', ms: 1 },
  ];
  let rest = durationMs;
  let text = '';
  for (const { name, ms } of units) {
    const count = Math.floor(rest / ms);
    rest -= count * ms;
    if (count > 0) text += `${count}${name}`;
  }
  return text === '' ? '0s' : text;
}

/** One value of a field; `field` is its path, whose end tells the unit. Null: there is none. */
export function printValue(field: string, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return printNumber(field, value);
  if (Array.isArray(value)) return printList(value);
  if (typeof value === 'object') return printObject(value);
  return visible(String(value));
}

/** Control characters written out, so that a value is one line and moves no cursor. */
export function visible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, escaped);
}

function escaped(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function printNumber(field: string, value: number): string {
  if (field.endsWith('Bytes')) return printBytes(value);
  if (field.endsWith('Ms')) return printDuration(value);
  if (field.endsWith('Us')) return value === -1 ? 'unlimited' : `${value}us`;
  return String(value);
}

function printList(items: readonly unknown[]): string {
  const isPlain = items.every((item) => typeof item !== 'object');
  if (isPlain) return visible(JSON.stringify(items));
  return `[${items.map((item) => printValue('', item)).join('; ')}]`;
}

/** A namespace source is `host` or `service:db`; any other object is `key=value,…` without what is not set. */
function printObject(value: object): string {
  const set = Object.entries(value)
    .filter(([, item]) => !isUnset(item))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if ('kind' in value) return [value.kind, ...set.flatMap(([key, item]) => (key === 'kind' ? [] : [item]))].join(':');
  return set.map(([key, item]) => (item === true ? key : `${key}=${printValue(key, item)}`)).join(',');
}

/** True for what a model's field holds where a file says nothing. */
export function isUnset(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
