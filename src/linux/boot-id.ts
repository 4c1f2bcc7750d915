import { readFileSync } from 'node:fs';

let bootId: string | null = null;

/** Identity of this boot, random(4): what was said in an earlier one about processes and mounts holds no more. */
export function readBootId(): string {
  bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return bootId;
}
