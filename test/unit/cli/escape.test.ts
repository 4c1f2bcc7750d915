import { describe, expect, it } from 'vitest';
import { escapeControls, escapeLines, printableJson } from '../../../src/cli/escape.js';

describe('escapeControls', () => {
  it.each([
    ['\u001b]0;title\u0007', '\\x1b]0;title\\x07'],
    ['a\nb\tc\r', 'a\\nb\\tc\\r'],
    ['\u009b31m', '\\x9b31m'],
    ['naïve 名前', 'naïve 名前'],
    ['a\u202etxt.exe\u2069', 'a\\u202etxt.exe\\u2069'],
  ])('%j becomes %s', (text, expected) => {
    expect(escapeControls(text)).toBe(expected);
  });

  it('keeps JSON the same value', () => {
    const value = { 'a\u001b': ['\u009b31m\n', '\u202e', '\u007f'] };
    expect(printableJson(value, 2)).toContain('"\\u009b31m\\n"');
    expect(JSON.parse(printableJson(value))).toEqual(value);
  });

  it('leaves lines where they are wanted', () => {
    expect(escapeLines('a\n\u001bb')).toBe('a\n\\x1bb');
  });
});
