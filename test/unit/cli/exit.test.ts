import { describe, expect, it } from 'vitest';
import { exitCodeOf, processExitCodeOf } from '../../../src/cli/exit.js';
import { BerthError, type ErrorCode } from '../../../src/errors.js';

const CASES: readonly (readonly [ErrorCode, number])[] = [
  ['INPUT', 2],
  ['USAGE', 2],
  ['UNSUPPORTED', 2],
  ['STEP', 1],
  ['SYSTEM', 1],
  ['LOCKED', 1],
  ['CONFLICT', 1],
  ['STALE', 1],
  ['NOT_FOUND', 1],
  ['STATE', 1],
  ['INTERNAL', 1],
];

describe('exit codes', () => {
  it.each(CASES)('%s ends with %i', (code, exit) => {
    expect(exitCodeOf(new BerthError(code, 'x'))).toBe(exit);
  });

  it('counts an error of another kind as a failure', () => {
    expect(exitCodeOf(new Error('x'))).toBe(1);
  });

  it('knows our error by its mark, whichever bundle made it', () => {
    class Copy extends Error {
      override readonly name = 'BerthError';
      readonly code = 'INPUT';
      readonly details = {};
    }
    expect(exitCodeOf(new Copy('x'))).toBe(2);
  });

  it.each([
    ['ENOENT', 127],
    ['EACCES', 126],
    ['ENOEXEC', 126],
  ])('exec that ends with %s gives %i', (errnoName, exit) => {
    expect(processExitCodeOf(new BerthError('SYSTEM', 'x', { step: 'exec', errnoName }))).toBe(exit);
  });

  it('gives 125 where Berth failed, and 2 where nothing was tried', () => {
    expect(processExitCodeOf(new BerthError('SYSTEM', 'x', { step: 'mount overlay', errnoName: 'ENOENT' }))).toBe(125);
    expect(processExitCodeOf(new BerthError('USAGE', 'x'))).toBe(2);
  });
});
