import { describe, expect, it } from 'vitest';
import { createLineWriter } from '../../../src/cli/lines.js';

/** Lines that come out when `chunks` go in. */
function lines(chunks: readonly (string | Buffer)[]): string {
  const out: Buffer[] = [];
  const writer = createLineWriter('p | ', (line) => out.push(line));
  for (const chunk of chunks) writer.write(Buffer.from(chunk));
  writer.flush();
  return Buffer.concat(out).toString('utf8');
}

describe('createLineWriter', () => {
  it('prefixes each line', () => {
    expect(lines(['a\nb\n'])).toBe('p | a\np | b\n');
  });

  it('joins a line that came in pieces and ends the last one', () => {
    expect(lines(['a', 'b', '\nc'])).toBe('p | ab\np | c\n');
  });

  it('keeps a character whole that a chunk ends inside of', () => {
    const bytes = Buffer.from('é€\n');
    expect(lines([bytes.subarray(0, 1), bytes.subarray(1, 3), bytes.subarray(3)])).toBe('p | é€\n');
  });

  it('passes an endless line on in pieces', () => {
    expect(lines(['x'.repeat(65536), 'y\n'])).toBe(`p | ${'x'.repeat(65536)}\np | y\n`);
  });

  it('prints empty lines', () => {
    expect(lines(['\n\n'])).toBe('p | \np | \n');
  });
});
