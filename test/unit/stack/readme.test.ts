import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadStack } from '../../support/stack-file.js';

test('the stack file of the README loads', async () => {
  const [, text = ''] = /```yaml\n([^`]+)```/.exec(readFileSync('README.md', 'utf8')) ?? [];
  const stack = await loadStack({ 'compose.yaml': text, 'redis.conf': '' });
  expect(Object.keys(stack.images)).toEqual(['cache']);
  expect(stack.services['server']?.resources.memoryBytes).toBe(128 << 20);
});
