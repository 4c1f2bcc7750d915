import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const MAX_TRIES = 20;

/**
 * Makes a directory and what is missing above it. Node's recursive mkdir is not used: it goes round for ever where a file
 * system refuses by ENOENT (/proc), and calls a read-only one by that name, too.
 * @throws a SystemError of the directory that was refused
 */
export function makeDirs(path: string, mode = 0o700): void {
  for (let tries = 0; ; tries++) {
    try {
      mkdirSync(path, { mode });
      return;
    } catch (error) {
      if (isCode(error, 'EEXIST') && statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
      // Another command may remove an empty parent meanwhile.
      if (!isCode(error, 'ENOENT') || path === dirname(path) || tries === MAX_TRIES) throw error;
      makeDirs(dirname(path), mode);
    }
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
