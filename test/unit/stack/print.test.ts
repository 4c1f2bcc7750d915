import { expect, test } from 'vitest';
import { printStack, printStackJson } from '../../../src/stack/print.js';
import { loadStack } from '../../support/stack-file.js';
import { everything } from './everything.js';

test('a printed stack loads as the same stack', async () => {
  const stack = await loadStack(everything);
  for (const text of [await printStack(stack), printStackJson(stack)]) {
    const again = await loadStack({ 'compose.yaml': text.replaceAll('<DIR>', '/srv/shop') });
    const { services, volumes, images } = JSON.parse(JSON.stringify(stack).replaceAll('<DIR>', '/srv/shop'));
    expect({ services: again.services, volumes: again.volumes, images: again.images }).toEqual({
      services,
      volumes,
      images,
    });
    expect(again.name).toBe('shop');
  }
});

test('dollars are doubled', async () => {
  const stack = await loadStack({ 'compose.yaml': 'services:\n  web:\n    image: app\n    environment: {A: a$$b}\n' });
  expect(await printStack(stack)).toContain('A: a$$b\n');
});
