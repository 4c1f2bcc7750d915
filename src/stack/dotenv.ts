import { interpolate, type Lookup } from './interpolate.js';

export interface DotenvError {
  /** counts from 1 */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export type Dotenv =
  | { readonly ok: true; readonly variables: ReadonlyMap<string, string>; readonly unset: readonly string[] }
  | { readonly ok: false; readonly error: DotenvError };

/** Where the parser stands; `offset` only grows. */
interface Cursor {
  readonly text: string;
  offset: number;
}

/** A failure at an offset of the text, thrown and caught inside of this module. */
class SyntaxFailure extends Error {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/**
 * Parses a `.env` file as docker compose does: `KEY=value`, `KEY: value`, `export KEY=value`; a bare `KEY` takes the
 * environment's value. Single quotes are literal, double quotes know escapes, both may span lines; ` #` begins a comment.
 * Variables are expanded except in single quotes; the environment wins over earlier lines of the file.
 */
export function parseDotenv(text: string, lookup: Lookup): Dotenv {
  const cursor: Cursor = { text: normalize(text), offset: 0 };
  const variables = new Map<string, string>();
  const unset = new Set<string>();
  const expand = (template: string, start: number): string => {
    const result = interpolate(
      template,
      (name) => lookup(name) ?? variables.get(name),
      (name) => unset.add(name),
    );
    if (!result.ok) throw new SyntaxFailure(start, result.error.message);
    return result.text;
  };
  try {
    while (skipBlank(cursor)) {
      const key = readKey(cursor);
      const value = key.inherited ? lookup(key.name) : readValue(cursor, expand);
      if (value !== undefined) variables.set(key.name, value);
    }
  } catch (failure) {
    if (!(failure instanceof SyntaxFailure)) throw failure;
    return { ok: false, error: located(cursor.text, failure) };
  }
  return { ok: true, variables, unset: [...unset] };
}

/** `format: raw`: everything behind `=` is the value, without quotes, comments or variables. */
export function parseRawEnv(text: string, lookup: Lookup): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  for (const line of normalize(text).split('\n')) {
    const entry = line.trimStart();
    if (entry === '' || entry.startsWith('#')) continue;
    const equals = entry.indexOf('=');
    const name = equals < 0 ? entry.trimEnd() : entry.slice(0, equals);
    const value = equals < 0 ? lookup(name) : entry.slice(equals + 1);
    if (value !== undefined) variables.set(name, value);
  }
  return variables;
}

function normalize(text: string): string {
  return text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
}

/** Skips blanks and comment lines. @returns false at the end of the text */
function skipBlank(cursor: Cursor): boolean {
  const blank = /(?:\s+|#[^\n]*)*/y;
  take(cursor, blank);
  return cursor.offset < cursor.text.length;
}

/** Takes what matches at the cursor; the expression must be sticky. */
function take(cursor: Cursor, expression: RegExp): string {
  expression.lastIndex = cursor.offset;
  const match = expression.exec(cursor.text)?.[0] ?? '';
  cursor.offset += match.length;
  return match;
}

function readKey(cursor: Cursor): { name: string; inherited: boolean } {
  take(cursor, /export[ \t]+/y);
  const start = cursor.offset;
  const name = take(cursor, /[\w.[\]-]+/y);
  take(cursor, /[ \t]+/y);
  const separator = take(cursor, /[=:]/y);
  if (name !== '' && separator !== '') return { name, inherited: false };
  const next = cursor.text.charAt(cursor.offset);
  if (name !== '' && (next === '' || next === '\n' || next === '#')) return { name, inherited: true };
  const spaced = name !== '' && /^[^\n=:]*[=:]/.test(cursor.text.slice(cursor.offset));
  if (spaced) throw new SyntaxFailure(start, 'a key cannot contain a space');
  throw new SyntaxFailure(cursor.offset, `unexpected character '${next}' in a variable's name`);
}

function readValue(cursor: Cursor, expand: (template: string, start: number) => string): string {
  take(cursor, /[ \t]+/y);
  const start = cursor.offset;
  const quote = cursor.text.charAt(start);
  if (quote !== '"' && quote !== "'") {
    const line = take(cursor, /[^\n]*/y);
    return expand(line.replace(/(^|\s)#.*$/, '').trim(), start);
  }
  const quoted = take(cursor, quote === '"' ? /"(?:\\[\s\S]|[^"\\])*"/y : /'(?:\\'|[^'])*'/y);
  if (quoted === '') throw new SyntaxFailure(start, `unterminated quoted value ${take(cursor, /[^\n]*/y)}`);
  const after = take(cursor, /[ \t]*(?:#[^\n]*)?/y);
  const next = cursor.text.charAt(cursor.offset);
  if (next !== '' && next !== '\n')
    throw new SyntaxFailure(cursor.offset - after.length, `unexpected '${next}' after a quoted value`);
  const inner = quoted.slice(1, -1);
  return quote === '"' ? expand(expandEscapes(inner), start) : inner;
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  // doubled, so that the expansion that follows leaves one dollar
  $: '$$',
};

function expandEscapes(text: string): string {
  return text.replace(/\\(0\d{0,3}|[abfnrtv\\"$])/g, (_match, code: string) => {
    if (code.startsWith('0')) return String.fromCharCode(Number.parseInt(code, 8));
    return ESCAPES[code] ?? code;
  });
}

function located(text: string, failure: SyntaxFailure): DotenvError {
  const before = text.slice(0, failure.offset);
  return {
    line: before.split('\n').length,
    column: failure.offset - before.lastIndexOf('\n'),
    message: failure.message,
  };
}
