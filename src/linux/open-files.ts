import { readFileSync } from 'node:fs';
import { once } from './once.js';

const CAP_SYS_RESOURCE = 24n;

/**
 * The highest hard limit of open files that we may give to a container; null: any. Without CAP_SYS_RESOURCE, as in a
 * container of another engine, it is our own. getrlimit(2), proc(5).
 */
export const mostOpenFiles: () => number | null = once(() => {
  const capabilities = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  if ((BigInt(`0x${capabilities}`) >> CAP_SYS_RESOURCE) & 1n) return null;
  const hard = /^Max open files\s+\S+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return hard === undefined ? null : Number(hard);
});
