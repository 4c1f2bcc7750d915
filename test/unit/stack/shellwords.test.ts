import { expect, test } from 'vitest';
import { splitWords } from '../../../src/stack/shellwords.js';

test.each<[string, readonly string[]]>([
  ['', []],
  ['   ', []],
  ['a', ['a']],
  [' a\tb\r\nc ', ['a', 'b', 'c']],
  ['a  b', ['a', 'b']],
  ["'a  b'", ['a  b']],
  ['"a  b"', ['a  b']],
  ['a"b c"d', ['ab cd']],
  ["'' a", ['', 'a']],
  ['a ""', ['a', '']],
  ['a\\ b', ['a b']],
  ['"a\\"b"', ['a"b']],
  ["'a\\b'", ['a\\b']],
  ["'a\"b'", ['a"b']],
  ['"a\'b"', ["a'b"]],
  ['\\a\\t\\n', ['a\t\n']],
  ['a=$B *', ['a=$B', '*']],
  ['"a;b" \'c&d\' e\\|f', ['a;b', 'c&d', 'e|f']],
  ['"$(a b)"', ['$(a b)']],
  ['a\u00a0b', ['a\u00a0b']],
  ['# a', ['#', 'a']],
])('%j', (line, words) => {
  expect(splitWords(line)).toEqual({ ok: true, words });
});

test.each([
  'a; b',
  'a & b',
  'a && b',
  'a | b',
  'a < b',
  'a 2>b',
  '(a)',
  'a )',
  'a $(b c)',
  'a `b`',
  'a "b',
  "a 'b",
  'a \\',
])('%j is refused', (line) => {
  expect(splitWords(line)).toMatchObject({ ok: false, message: expect.any(String) });
});
