import { setMaxListeners } from 'node:events';

/** What an interrupt (Ctrl-C or SIGTERM) means to a command that takes time. */
export interface Interrupts {
  /** aborted by the first one: no new step begins, what runs is brought to its end */
  readonly signal: AbortSignal;
  /** how many there were */
  readonly count: () => number;
  /** gives the signals back to Node */
  readonly dispose: () => void;
}

/**
 * Takes SIGINT and SIGTERM over.
 *
 * @param onInterrupt called at each with its number, from 1
 */
export function takeInterrupts(onInterrupt: (count: number) => void = () => {}): Interrupts {
  const controller = new AbortController();
  // Whatever is waited for listens, however many containers that is: Node's warning would be about nothing.
  setMaxListeners(0, controller.signal);
  let count = 0;
  const handle = () => {
    count++;
    controller.abort();
    onInterrupt(count);
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const name of signals) process.on(name, handle);
  return {
    signal: controller.signal,
    count: () => count,
    dispose: () => {
      for (const name of signals) process.off(name, handle);
    },
  };
}
