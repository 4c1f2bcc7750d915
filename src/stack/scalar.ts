import type { Scalar } from './node.js';

/** A plain scalar's value, or null for text that is a date in the reference implementation, which no key accepts. */
export type PlainScalar = { readonly value: Scalar } | null;

const INFINITY = /^[-+]?\.(?:inf|Inf|INF)$/;
const NOT_A_NUMBER = /^\.(?:nan|NaN|NAN)$/;
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const DATE = /^\d{4}-\d{1,2}-\d{1,2}(?:[Tt ].*)?$/;

/**
 * The value of an unquoted scalar: YAML 1.2 core plus what Compose files rely on of YAML 1.1, namely octals with a leading
 * zero, binaries and underscores in numbers; not `yes`, `on` or sexagesimals. Numbers that a double can't hold are given as
 * their digits, and infinities by the name they are printed with, since keys take both a number and its text.
 */
export function resolvePlain(text: string): PlainScalar {
  if (/^(?:|~|null|Null|NULL)$/.test(text)) return { value: null };
  if (/^(?:true|True|TRUE)$/.test(text)) return { value: true };
  if (/^(?:false|False|FALSE)$/.test(text)) return { value: false };
  if (INFINITY.test(text)) return { value: text.startsWith('-') ? '-Inf' : '+Inf' };
  if (NOT_A_NUMBER.test(text)) return { value: 'NaN' };
  if (DATE.test(text)) return null;
  return { value: parseNumber(text.replaceAll('_', '')) ?? text };
}

function parseNumber(text: string): number | string | null {
  const match = /^([-+]?)(0[xX][\da-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|\d+)$/.exec(text);
  if (match?.[2] !== undefined && !/^0[89]|^0\d*[89]/.test(match[2])) return integer(match[1] === '-', match[2]);
  return FLOAT.test(text) ? Number(text) + 0 : null;
}

function integer(isNegative: boolean, digits: string): number | string {
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  const signed = isNegative ? -value : value;
  const number = Number(signed);
  return Number.isSafeInteger(number) ? number : String(signed);
}
