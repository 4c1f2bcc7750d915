import { expect, test } from 'vitest';
import { describeFields, rowOf, ruleOf } from '../../../src/plan/fields.js';

test('docs/fields.md is what the table of fields says', async () => {
  await expect(describeFields()).toMatchFileSnapshot('../../../docs/fields.md');
});

test.each([
  ['environment.PORT', 'environment', 'replace'],
  ['resources.memoryBytes', 'resources.memoryBytes', 'live'],
  ['resources.blkio.weight', 'resources.blkio', 'live'],
  ['logging.driver', 'logging.driver', 'replace'],
  ['stdinOpen', 'stdinOpen', 'restart'],
  ['dependsOn.db', 'dependsOn', 'none'],
])('%s belongs to the row %s', (field, row, fieldClass) => {
  expect([rowOf(field), ruleOf(field)?.class]).toEqual([row, fieldClass]);
});

test('a path that is no field has no rule', () => {
  expect(ruleOf('colour')).toBeNull();
});
