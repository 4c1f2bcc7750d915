import { expect, test } from 'vitest';
import { parseDotenv } from '../../../src/stack/dotenv.js';
import { interpolate } from '../../../src/stack/interpolate.js';

const variables = new Map([
  ['SET', 'v'],
  ['EMPTY', ''],
  ['OTHER', 'o'],
]);

function render(template: string): string {
  const result = interpolate(
    template,
    (name) => variables.get(name),
    () => {},
  );
  return result.ok ? result.text : `error: ${result.error.message}`;
}

test.each([
  ['$SET', 'v'],
  ['$SET.x', 'v.x'],
  ['${SET}', 'v'],
  ['${GONE}', ''],
  ['${SET:-d}', 'v'],
  ['${EMPTY:-d}', 'd'],
  ['${EMPTY-d}', ''],
  ['${GONE:-d}', 'd'],
  ['${GONE-d}', 'd'],
  ['${SET:+r}', 'r'],
  ['${EMPTY:+r}', ''],
  ['${EMPTY+r}', 'r'],
  ['${GONE+r}', ''],
  ['${GONE:-${OTHER}}', 'o'],
  ['${GONE:-${NOPE:-$SET}}', 'v'],
  ['${GONE:-{"a": 1}}', '{"a": 1}'],
  ['${SET:?why}', 'v'],
  ['${EMPTY?why}', ''],
  ['${EMPTY:?why}', 'error: required variable EMPTY is missing a value: why'],
  ['${GONE?why $SET}', 'error: required variable GONE is missing a value: why v'],
  ['${GONE:?}', 'error: required variable GONE is missing a value'],
  ['$$SET', '$SET'],
  ['$$$$', '$$'],
  ['a$', 'a$'],
  ['$1 $ x $-', '$1 $ x $-'],
  ['${', "error: invalid interpolation '${': the brace is never closed"],
  ['${ }', "error: invalid interpolation '${ }': a name must follow the brace"],
  ['${SET!x}', "error: invalid interpolation '${SET!x}': '!x' after the name"],
])('%s is %s', (template, expected) => {
  expect(render(template)).toBe(expected);
});

test.each([
  ['A=1', { A: '1' }],
  ['export A=1', { A: '1' }],
  ['A: one', { A: 'one' }],
  ["A='$X \\n'", { A: '$X \\n' }],
  ['A="a\\nb"', { A: 'a\nb' }],
  ['A="$OTHER"', { A: 'o' }],
  ['A="\\$OTHER"', { A: '$OTHER' }],
  ['A=a#b', { A: 'a#b' }],
  ['A=a #b', { A: 'a' }],
  ['A=\nB=2', { A: '', B: '2' }],
  ['A="two\nlines"', { A: 'two\nlines' }],
  ['A=1\r\nB=${A}2\r\n', { A: '1', B: '12' }],
  ['SET', { SET: 'v' }],
  ['GONE', {}],
  ['\uFEFFA=1', { A: '1' }],
])('.env %j', (text, expected) => {
  const result = parseDotenv(text, (name) => variables.get(name));
  expect(result.ok && Object.fromEntries(result.variables)).toEqual(expected);
});

test.each([
  ['A="open', 1],
  ['A=1\nB C=2', 2],
])('.env %j is an error at line %i', (text, line) => {
  const result = parseDotenv(text, () => undefined);
  expect(!result.ok && result.error.line).toBe(line);
});
