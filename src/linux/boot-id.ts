import { readFileSync } from 'node:fs';
import { once } from './once.js';

/** Identity of this boot, random(4): what was said in an earlier one about processes and mounts holds no more. */
export const readBootId: () => string = once(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
