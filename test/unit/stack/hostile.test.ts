import { expect, test } from 'vitest';
import { drawnErrors } from '../../support/stack-file.js';

function bomb(levels: number): string {
  const lines = ['x-0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]'];
  for (let level = 1; level <= levels; level++)
    lines.push(
      `x-${level}: &a${level} [${Array(10)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    );
  return `${lines.join('\n')}\nservices: {web: {image: app}}\n`;
}

test('an alias bomb is one error', async () => {
  const drawn = await drawnErrors({ 'compose.yaml': bomb(12) });
  expect(drawn).toContain('aliases expand to more than');
  expect(drawn.match(/^compose\.yaml:/gm)?.length).toBeLessThan(10);
});

test('an anchor that holds itself is an error', async () => {
  expect(await drawnErrors({ 'compose.yaml': 'services: &s\n  web:\n    image: app\n    x-a: *s\n' })).toContain(
    'stands inside of what it refers to',
  );
});

test('deep nesting is an error, not a crash', async () => {
  const deep = `x-a: ${'['.repeat(20_000)}${']'.repeat(20_000)}\nservices: {web: {image: app}}\n`;
  expect(await drawnErrors({ 'compose.yaml': deep })).toContain('nest');
});

test.each([
  ['a duplicate key', 'services:\n  web: {image: a}\n  web: {image: b}\n', 'is already defined at line 2'],
  ['an unknown anchor', 'services: *none\n', 'none'],
  ['a tab', 'services:\n\tweb: {}\n', 'tab'],
  ['binary', '\u0000\u0001\n', 'compose.yaml:1:'],
  ['an empty file', '# nothing\n', 'the file is empty'],
])('%s', async (_what, text, message) => {
  expect(await drawnErrors({ 'compose.yaml': text })).toContain(message);
});

test('a huge file is refused before it is parsed', async () => {
  const drawn = await drawnErrors({ 'compose.yaml': `x-a:\n${'  - abcdefgh\n'.repeat(400_000)}` });
  expect(drawn).toContain('the file is larger than');
});
