import { readFileSync, renameSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BerthError, messageOf } from '../../src/errors.js';

function thrownBy(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

describe('the text of an error', () => {
  it("is what was done, to what, why, also where it is Node's", () => {
    expect(messageOf(thrownBy(() => readFileSync('/no/such')))).toBe('open /no/such: no such file or directory');
    expect(messageOf(thrownBy(() => readFileSync('/')))).toBe('read: illegal operation on a directory');
    expect(messageOf(thrownBy(() => renameSync('/no/such', '/no/other')))).toContain('/no/other');
  });

  it('is left as it is otherwise', () => {
    expect(messageOf(new BerthError('INPUT', 'EROFS: as it is, open'))).toBe('EROFS: as it is, open');
    expect(messageOf('text')).toBe('text');
  });
});
