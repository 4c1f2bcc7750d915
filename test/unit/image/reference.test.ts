import { expect, test } from 'vitest';
import { canonicalName, formatReference, parseReference, requireReference } from '../../../src/image/reference.js';

const DIGEST = `sha256:${'0'.repeat(64)}`;

test.each([
  ['redis', 'redis:latest', 'docker.io/library/redis:latest'],
  ['redis:7', 'redis:7', 'docker.io/library/redis:7'],
  ['docker.io/library/redis:7', 'redis:7', 'docker.io/library/redis:7'],
  ['user/app', 'user/app:latest', 'docker.io/user/app:latest'],
  ['localhost/app:1', 'localhost/app:1', 'localhost/app:1'],
  ['host:5000/a/b', 'host:5000/a/b:latest', 'host:5000/a/b:latest'],
  [`redis@${DIGEST}`, `redis@${DIGEST}`, `docker.io/library/redis@${DIGEST}`],
])('%s is %s', (text, familiar, canonical) => {
  const reference = requireReference(text);
  expect(formatReference(reference)).toBe(familiar);
  expect(canonicalName(reference)).toBe(canonical);
});

test.each(['', 'Redis', 'a//b', '../a', 'a:', 'a:-x', 'a@sha256:00', 'a\0b', '0'.repeat(64), 'a'.repeat(256)])(
  '%j is no name',
  (text) => {
    expect(parseReference(text)).toBeNull();
  },
);
