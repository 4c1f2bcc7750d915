import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { contentDigest } from '../../../src/build/content.js';
import { type DigestCache, openDigestCache } from '../../../src/build/digest-cache.js';

let dir = '';

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'berthtest-content-'));
  mkdirSync(join(dir, 'tree/sub'), { recursive: true });
  writeFileSync(join(dir, 'tree/sub/file'), 'one');
  symlinkSync('/etc', join(dir, 'tree/link'));
});

afterEach(() => rmSync(dir, { recursive: true }));

const uncached: DigestCache = { digest: (_, __, compute) => compute(), save: () => undefined };
const digest = (cache = uncached) => contentDigest(join(dir, 'tree'), cache, { owners: false });

test('times don’t count; contents, names, modes and links do', () => {
  const first = digest();
  utimesSync(join(dir, 'tree/sub/file'), 1, 1);
  expect(digest()).toBe(first);
  const seen = new Set([first]);
  const changes = [
    () => writeFileSync(join(dir, 'tree/sub/file'), 'two'),
    () => chmodSync(join(dir, 'tree/sub/file'), 0o755),
    () => writeFileSync(join(dir, 'tree/other'), ''),
    () => symlinkSync('/usr', join(dir, 'tree/more')),
  ];
  for (const change of changes) {
    change();
    expect(seen.has(digest())).toBe(false);
    seen.add(digest());
  }
});

test('what has settled is not read again until it changes', () => {
  const path = join(dir, 'cache/digests.json');
  const later = () => BigInt(Date.now() + 60_000) * 1_000_000n;
  const reads: string[] = [];
  const counted = (cache: DigestCache): DigestCache => ({
    ...cache,
    digest: (file, stats, compute) =>
      cache.digest(file, stats, () => {
        reads.push(file);
        return compute();
      }),
  });
  const look = (now = later) => {
    reads.length = 0;
    const cache = openDigestCache(path, now);
    const found = digest(counted(cache));
    cache.save();
    return found;
  };
  const first = look();
  expect(reads).toHaveLength(1);
  expect(look()).toBe(first);
  expect(reads).toEqual([]);
  writeFileSync(join(dir, 'tree/sub/file'), 'changed');
  expect(look(() => BigInt(Date.now()) * 1_000_000n)).not.toBe(first);
  // A moment ago it changed: it may change again within one tick of the clock.
  look();
  expect(reads).toHaveLength(1);
});

test('a cache that is damaged is an empty one', () => {
  writeFileSync(join(dir, 'broken'), '{"x":');
  expect(digest(openDigestCache(join(dir, 'broken')))).toBe(digest());
});
