import type { ActionArgs, Step } from '../plan/plan.js';

/** What carries out a plan: one function per action. An adapter is made by a factory that closes over what it needs. */
export type Engine = {
  readonly [K in keyof ActionArgs]: (args: ActionArgs[K], context: StepContext) => Promise<void>;
};

export interface StepContext {
  readonly step: Step;
  readonly signal: AbortSignal;
  /** progress inside a step: bytes unpacked, a build's output line */
  readonly progress: (text: string) => void;
  /** what the step goes on without; however often it is said, it is told once */
  readonly warn: (text: string) => void;
}

/** Progress as data; listr2, plain lines and JSON lines are three sinks, a test's is an array. */
export type ApplyEvent =
  | { readonly kind: 'started'; readonly step: Step }
  | { readonly kind: 'progress'; readonly step: Step; readonly text: string }
  | { readonly kind: 'done'; readonly step: Step; readonly elapsedMs: number }
  | { readonly kind: 'failed'; readonly step: Step; readonly error: Error; readonly elapsedMs: number }
  | { readonly kind: 'skipped'; readonly step: Step; readonly because: number };

export interface ApplyReport {
  readonly done: readonly number[];
  readonly failed: readonly { readonly step: Step; readonly error: Error }[];
  /** not run: something that they depend on failed, or the command was interrupted */
  readonly skipped: readonly number[];
  readonly interrupted: boolean;
  /** what steps went on without, each once */
  readonly warnings: readonly string[];
}
