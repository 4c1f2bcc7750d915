import type { BigIntStats } from 'node:fs';
import { dirname } from 'node:path';
import { makeDirs } from '../directories.js';
import { replaceFile } from '../linux/atomic.js';
import { isObject, readIfPresent } from '../linux/json.js';

/** Remembers digests of files for as long as inode, size and times are the same, so that unchanged files aren't read. */
export interface DigestCache {
  digest(path: string, stats: BigIntStats, compute: () => string): string;
  /** writes down what is new */
  save(): void;
}

/** Within this time of its last change a file may change again without a difference in its times. */
const SETTLED_NS = 1_000_000_000n;

/** The cache in a file. One that can't be read is an empty one: it only saves work. */
export function openDigestCache(path: string, nowNs = () => BigInt(Date.now()) * 1_000_000n): DigestCache {
  const known = parseEntries(readIfPresent(path));
  const used = new Map<string, string>();
  let isChanged = false;
  return {
    digest(file, stats, compute) {
      const stamp = `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`;
      const found = known.get(file);
      if (found?.startsWith(`${stamp} `) === true) {
        used.set(file, found);
        return found.slice(stamp.length + 1);
      }
      const digest = compute();
      if (nowNs() - stats.ctimeNs > SETTLED_NS) {
        used.set(file, `${stamp} ${digest}`);
        isChanged = true;
      }
      return digest;
    },
    save() {
      if (!isChanged) return;
      makeDirs(dirname(path));
      // Entries of other stacks stay: their files were not asked for this time.
      replaceFile(path, JSON.stringify(Object.fromEntries([...known, ...used])));
    },
  };
}

function parseEntries(text: string | null): Map<string, string> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    if (!isObject(value)) return new Map();
    return new Map(Object.entries(value).flatMap(([key, one]) => (typeof one === 'string' ? [[key, one]] : [])));
  } catch {
    return new Map();
  }
}
