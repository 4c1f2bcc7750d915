import { expect, test } from 'vitest';
import { toOomScoreAdj } from '../../../src/oci/process.js';
import { service } from '../../support/model.js';

test.each([
  [null, 0],
  [0, 0],
  [500, 500],
])('%s is %i without any capability', (oomScoreAdj, expected) => {
  expect(toOomScoreAdj(service('web', { oomScoreAdj }), new Set())).toBe(expected);
});

test('below 0 needs SYS_RESOURCE', () => {
  const web = service('web', { oomScoreAdj: -500 });
  expect(toOomScoreAdj(web, new Set(['SYS_RESOURCE']))).toBe(-500);
  expect(() => toOomScoreAdj(web, new Set())).toThrow(
    'set oom_score_adj -500 for service web: root on this host lacks SYS_RESOURCE itself',
  );
});
