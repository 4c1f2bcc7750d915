import type { Flag } from './globals.js';
import { parseSeconds } from './time.js';

/** Flags that several commands share. Their values are milliseconds. */
export const lockTimeoutFlag: Flag = {
  flags: '--lock-timeout <seconds>',
  text: 'how long to wait for another command on this stack (default: 0)',
  parse: parseSeconds,
};

export const timeoutFlag: Flag = {
  flags: '-t, --timeout <seconds>',
  text: "grace before SIGKILL when a container is stopped (default: the container's own)",
  parse: parseSeconds,
};

export interface LockOption {
  readonly lockTimeout?: number;
}

export interface TimeoutOption {
  readonly timeout?: number;
}
