import { expect, it } from 'vitest';
import { describeHolder } from '../../../src/linux/lock.js';

it.each([
  ['{"pid":7,"command":"up","since":"2026-01-01T00:00:00Z"}', 'held by pid 7 (up) since 2026-01-01T00:00:00Z'],
  ['{"pid":7', 'held by another command'],
  ['', 'held by another command'],
  [null, 'held by another command'],
])('tells who holds a lock by %j', (text, expected) => {
  expect(describeHolder(text)).toBe(expected);
});
