import type { ApplyEvent } from '../../apply/engine.js';
import type { Step } from '../../plan/plan.js';
import type { ProgressMode } from '../globals.js';
import type { Output } from '../output.js';

/** Where progress goes while steps run. `end` leaves the screen in order, also after a failure. */
export interface ProgressSink {
  readonly event: (event: ApplyEvent) => void;
  readonly end: () => Promise<void>;
}

/**
 * The sink that `--progress` asks for. `auto` draws on a terminal and writes lines elsewhere; listr2 is loaded for the
 * former only.
 */
export async function createSink(mode: ProgressMode, steps: readonly Step[], output: Output): Promise<ProgressSink> {
  if (mode === 'tty' || (mode === 'auto' && output.errIsTty && output.outIsTty)) {
    return (await import('./tty.js')).createTtySink(steps);
  }
  const { createJsonSink, createPlainSink, createQuietSink } = await import('./lines.js');
  if (mode === 'quiet') return createQuietSink();
  return mode === 'json' ? createJsonSink(output) : createPlainSink(output);
}
