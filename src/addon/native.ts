import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Addon } from './addon.js';

/** Loads the native file; the operating system keeps one copy however often it is asked for. */
export function loadAddon(): Addon {
  const require = createRequire(join(BERTH_DIST, 'berth.cjs'));
  const addon: Addon = require('../build/Release/berth.node');
  return addon;
}

/** The executable that `startContainer` and `exec` are to be given. */
export function shimPath(): string {
  return join(BERTH_DIST, '../build/Release/berth-shim');
}
