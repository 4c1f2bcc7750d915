import { describe, expect, it } from 'vitest';
import { formatTable, truncate } from '../../../src/cli/table.js';

describe('formatTable', () => {
  it('pads columns to the widest cell and leaves no blanks at the end', () => {
    expect(
      formatTable(
        ['NAME', 'STATUS'],
        [
          ['shop-web-1', 'Up'],
          ['db', 'Exited (0)'],
        ],
      ),
    ).toBe('NAME         STATUS\nshop-web-1   Up\ndb           Exited (0)\n');
  });

  it('prints the header alone where there is nothing', () => {
    expect(formatTable(['NAME', 'STATUS'], [])).toBe('NAME   STATUS\n');
  });
});

describe('truncate', () => {
  it.each([
    ['sleep', 5, 'sleep'],
    ['sleep 100', 6, 'sleep…'],
  ])('cuts %s at %i', (text, width, expected) => {
    expect(truncate(text, width)).toBe(expected);
  });
});
