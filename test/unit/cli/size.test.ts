import { describe, expect, it } from 'vitest';
import { humanSize } from '../../../src/cli/size.js';

describe('humanSize', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [100 * 1024 * 1024, '100 MiB'],
    [123.4 * 1024 ** 3, '123 GiB'],
    [5000 * 1024 ** 4, '5000 TiB'],
  ])('%d is %s', (bytes, expected) => {
    expect(humanSize(bytes)).toBe(expected);
  });
});
