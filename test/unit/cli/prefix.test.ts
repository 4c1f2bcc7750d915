import { describe, expect, it } from 'vitest';
import { createPaint } from '../../../src/cli/colour.js';
import { compareNames, createPrefixes, shortName } from '../../../src/cli/prefix.js';

const plain = createPaint(false);
const painted = createPaint(true);

describe('log prefixes', () => {
  it('are as wide as the longest name, without the stack', () => {
    const prefix = createPrefixes('shop', ['shop-web-1', 'shop-database-1'], plain);
    expect(prefix('shop-web-1')).toBe('web-1       | ');
    expect(prefix('shop-database-1')).toBe('database-1  | ');
  });

  it('keep a name of the user', () => {
    expect(shortName('shop', 'shopper')).toBe('shopper');
  });

  it('deal colours in order of names, whatever order they came in', () => {
    const one = createPrefixes('s', ['s-a-1', 's-b-1', 's-b-2', 's-b-10'], painted);
    const other = createPrefixes('s', ['s-b-10', 's-b-2', 's-b-1', 's-a-1'], painted);
    expect(one('s-b-10')).toBe(other('s-b-10'));
    expect(one('s-a-1')).not.toBe(one('s-b-1').replace('b', 'a'));
  });

  it('sort numbers as numbers', () => {
    expect(['web-10', 'web-2', 'api-1'].sort(compareNames)).toEqual(['api-1', 'web-2', 'web-10']);
  });
});
