import { describe, expect, it } from 'vitest';
import { createLease } from '../../../src/linux/lease.js';

/** A lock that tells what was asked of it, and the serial that the disk has. */
function fakeLock() {
  const calls: string[] = [];
  const lock = {
    release: () => void calls.push('release'),
    pause: () => void calls.push('pause'),
    resume: () => Promise.resolve(void calls.push('resume')),
  };
  return { calls, lock };
}

describe('createLease', () => {
  it('gives the lock up while only waits are left, and takes it back for the next step', async () => {
    const { calls, lock } = fakeLock();
    const lease = createLease(lock, () => 1);
    await lease.work(async () => {
      await lease.wait(() => Promise.resolve());
      expect(calls).toEqual([]);
    });
    await lease.wait(async () => {
      expect(calls).toEqual(['pause']);
      await Promise.all([lease.work(() => Promise.resolve()), lease.work(() => Promise.resolve())]);
      expect(calls).toEqual(['pause', 'resume', 'pause']);
    });
  });

  it('refuses every step after another command has changed the stack', async () => {
    let serial = 1;
    const lease = createLease(fakeLock().lock, () => serial);
    await lease.wait(async () => {
      serial = 2;
      for (let step = 0; step < 2; step++) {
        await expect(lease.work(() => Promise.resolve())).rejects.toMatchObject({ code: 'STALE' });
      }
    });
  });
});
