import { describe, expect, it } from 'vitest';
import { parseScale, toPlanOptions } from '../../../src/cli/plan-options.js';

describe('flags of up and plan', () => {
  it('collect --scale', () => {
    expect(parseScale('db=0', parseScale('web=3', undefined))).toEqual({ web: 3, db: 0 });
  });

  it.each(['web', 'web=', 'web=-1', '=3', 'web=x'])('refuse --scale %s', (text) => {
    expect(() => parseScale(text, undefined)).toThrow('is not of the form service=count');
  });

  it('default to what the file says', () => {
    expect(toPlanOptions({ recreate: true, deps: true, start: true }, ['web'], null)).toEqual({
      services: ['web'],
      noDeps: false,
      scale: {},
      forceRecreate: false,
      noRecreate: false,
      removeOrphans: false,
      start: true,
      timeoutMs: null,
    });
  });

  it('refuse to recreate and not to recreate', () => {
    expect(() => toPlanOptions({ forceRecreate: true, recreate: false }, [], null)).toThrow('exclude each other');
  });
});
