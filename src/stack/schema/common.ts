import { z } from 'zod';
import { parseBytes, parseCpus, parseDuration } from '../../units.js';

/** Reports one problem from a transform and gives zod's mark for 'no value'. */
function refuse(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
}

/** A fixed set of keys; others are errors, except `x-*` extensions, which mean nothing to us. */
export function section<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.preprocess(withoutExtensions, z.strictObject(shape));
}

function withoutExtensions(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith('x-')));
}

const numeric = z.union([z.number(), z.string()]);

function trimmed(value: string | number): string {
  return String(value).trim();
}

/** A size such as `512m`, in bytes. */
export const bytes = numeric.transform((value, context) => {
  return parseBytes(trimmed(value)) ?? refuse(context, `expected a size such as 512m or 1.5gb, found '${value}'`);
});

/** A size, or -1 for unlimited. */
export const bytesOrUnlimited = numeric.transform((value, context) => {
  if (trimmed(value) === '-1') return -1;
  return (
    parseBytes(trimmed(value)) ?? refuse(context, `expected a size such as 512m, or -1 for unlimited, found '${value}'`)
  );
});

/** A duration with a unit, in milliseconds. */
export const duration = z.string().transform((value, context) => {
  return (
    parseDuration(value) ?? refuse(context, `expected a duration with a unit such as 10s or 1m30s, found '${value}'`)
  );
});

/** A number of cpus such as 0.5. */
export const cpus = numeric.transform((value, context) => {
  return parseCpus(trimmed(value)) ?? refuse(context, `expected a number of cpus such as 0.5, found '${value}'`);
});

/** A whole number within a range, both ends included. */
export function integer(least: number, most: number = Number.MAX_SAFE_INTEGER) {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  return numeric.transform((value, context) => {
    const number = /^[-+]?\d+$/.test(trimmed(value)) ? Number(value) : Number.NaN;
    if (number >= least && number <= most) return number;
    return refuse(context, `expected a whole number ${range}, found '${value}'`);
  });
}

const TRUE = /^(?:true|yes|on|y)$/i;
const FALSE = /^(?:false|no|off|n)$/i;

/** `true`, or the text of it, which is what a variable leaves behind; `yes` and `on` are what older files have. */
export const bool = z.union([z.boolean(), z.string()]).transform((value, context) => {
  if (typeof value === 'boolean') return value;
  if (TRUE.test(value)) return true;
  return FALSE.test(value) ? false : refuse(context, `expected true or false, found '${value}'`);
});

/** Permission bits: a number as it is (yaml has read its octal), a text as octal digits. */
export const fileMode = numeric.transform((value, context) => {
  const mode =
    typeof value === 'number'
      ? value
      : /^(?:0o?)?[0-7]{1,4}$/.test(value)
        ? Number.parseInt(value.replace(/^0o/, ''), 8)
        : -1;
  if (Number.isInteger(mode) && mode >= 0 && mode <= 0o7777) return mode;
  return refuse(context, `expected permission bits in octal such as 0755, found '${value}'`);
});

/** A word, not empty. */
export const word = z.string().refine((value) => value !== '', { error: 'must not be empty' });

/** A text; an empty one, which an unset variable leaves behind, says nothing. */
export const text = z.string();

/** A value that is printed as it is written, such as that of a label. */
const printable = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** `KEY: value`, or `KEY=value` in a list. A key without a value has null. Later ones win. */
export const pairs = z.union([z.record(z.string(), printable), z.array(z.string())]).transform((value, context) => {
  const pairList = Array.isArray(value) ? value.map(splitPair) : Object.entries(value);
  const found: Record<string, string | null> = Object.create(null);
  for (const [key, item] of pairList) {
    if (key === '') context.addIssue({ code: 'custom', message: 'expected KEY=value, found an empty key' });
    found[key] = item === null ? null : String(item);
  }
  return found;
});

function splitPair(entry: string): [string, string | null] {
  const equals = entry.indexOf('=');
  return equals < 0 ? [entry, null] : [entry.slice(0, equals), entry.slice(equals + 1)];
}

/** One text or a list of them. */
export const textOrList = z.union([text, z.array(text)]).transform((value) => (Array.isArray(value) ? value : [value]));

/** Options of a driver, as texts. */
export const driverOptions = z.record(z.string(), z.union([z.string(), z.number()]).transform(String));

/** Lines for /etc/hosts: `HOST=IP` or `HOST:IP` in a list, or a map of addresses by host. */
export const extraHosts = z.union([z.array(text), z.record(z.string(), z.union([text, z.array(text)]))]);

/** Limits of processes by name; one number is soft and hard. */
export const ulimits = z.record(z.string(), z.union([integer(-1), section({ soft: integer(-1), hard: integer(-1) })]));

/** A command: a line that is split into words, or a list of words. Null is the image's own. */
export const command = z.union([z.null(), z.string(), z.array(z.string())]);

export const nameList = z.array(text).transform((names) => [...new Set(names)]);

/** A name that Compose allows for services and volumes. */
export const resourceName = z.string().regex(/^[a-zA-Z0-9._-]+$/, {
  error: 'expected a name of letters, digits and the signs . _ -',
});
