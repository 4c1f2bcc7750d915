import { BerthError } from '../errors.js';
import type { StackLock } from './lock.js';

/** Lets go of a stack's lock while nothing but waits is left to do. */
export interface Lease {
  /** runs a step that changes something: under the lock */
  work<T>(step: () => Promise<T>): Promise<T>;
  /** runs a step that only waits */
  wait<T>(step: () => Promise<T>): Promise<T>;
}

/**
 * @param readSerial the stack's serial as it is on disk
 * @throws BerthError STALE by every further `work` once another command has changed the stack meanwhile
 */
export function createLease(lock: StackLock, readSerial: () => number): Lease {
  let working = 0;
  let waiting = 0;
  let serialThen: number | null = null; // while the lock is given up
  let taking: Promise<void> | null = null;
  let stale: BerthError | null = null;

  const giveUp = (): void => {
    if (working > 0 || waiting === 0 || serialThen !== null) return;
    serialThen = readSerial();
    lock.pause();
  };
  const takeBack = async (expected: number): Promise<void> => {
    await lock.resume();
    serialThen = null;
    if (readSerial() === expected) return;
    stale = new BerthError('STALE', 'another command has changed the stack meanwhile', {
      hint: 'run the command again',
    });
  };
  return {
    work: async (step) => {
      working += 1;
      try {
        if (serialThen !== null) {
          const expected = serialThen;
          taking ??= takeBack(expected).finally(() => {
            taking = null;
          });
          await taking;
        }
        if (stale !== null) throw stale;
        return await step();
      } finally {
        working -= 1;
        giveUp();
      }
    },
    wait: async (step) => {
      waiting += 1;
      giveUp();
      try {
        return await step();
      } finally {
        waiting -= 1;
      }
    },
  };
}
