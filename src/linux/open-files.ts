import { readFileSync } from 'node:fs';

const CAP_SYS_RESOURCE = 24n;

/**
 * The highest hard limit of open files that we may give to a container; null: any. Without CAP_SYS_RESOURCE, as in a
 * container of another engine, it is our own. getrlimit(2), proc(5).
 */
export function mostOpenFiles(read: (path: string) => string = (path) => readFileSync(path, 'utf8')): number | null {
  const capabilities = /^CapEff:\s*([0-9a-f]+)$/m.exec(read('/proc/self/status'))?.[1] ?? '0';
  if ((BigInt(`0x${capabilities}`) >> CAP_SYS_RESOURCE) & 1n) return null;
  const hard = /^Max open files\s+\S+\s+(\d+)/m.exec(read('/proc/self/limits'))?.[1];
  return hard === undefined ? null : Number(hard);
}
