/**
 * Runs `work` for many callers at once, as a database commits a group: those who ask before a run begins share it, those who
 * ask while one is under way share the next, since what they wrote may have come too late for this one. A failed run fails
 * its callers and no others.
 */
export function sharedRun(work: () => Promise<void>): () => Promise<void> {
  let next: Promise<void> | null = null;
  let last: Promise<void> = Promise.resolve();
  return () => {
    if (next === null) {
      next = last.then(() => {
        next = null;
        return work();
      });
      last = next.catch(() => {});
    }
    return next;
  };
}
