import { BerthError } from '../errors.js';
import type { Plan, Step } from '../plan/plan.js';
import type { ApplyEvent, ApplyReport, Engine, StepContext } from './engine.js';
import { stepError } from './step-error.js';

export interface ApplyOptions {
  /** once aborted, no further step starts; those that run see it, too, and decide themselves */
  readonly signal: AbortSignal;
  readonly sink: (event: ApplyEvent) => void;
  /** most steps at once; absent: as many as dependencies allow */
  readonly parallel?: number;
}

/**
 * Runs a plan's steps as soon as what they come after is done. After a failure, steps that need the failed one are
 * skipped and all others finish. It never rejects because of a step: the report tells what happened.
 */
export async function apply(plan: Plan, engine: Engine, options: ApplyOptions): Promise<ApplyReport> {
  const run = createRun(plan, options);
  let running = 0;
  await new Promise<void>((resolve, reject) => {
    const startReady = (): void => {
      const free = (options.parallel ?? Number.POSITIVE_INFINITY) - running;
      const ready = run.takeReady(free);
      running += ready.length;
      for (const step of ready) {
        runStep(step, engine, options, run.warn)
          .then((error) => {
            running -= 1;
            run.finish(step, error);
            startReady();
          })
          .catch(reject);
      }
      if (running === 0) resolve();
    };
    startReady();
  });
  return run.report();
}

/** @returns the failure, or null */
async function runStep(
  step: Step,
  engine: Engine,
  { signal, sink }: ApplyOptions,
  warn: StepContext['warn'],
): Promise<Error | null> {
  const startedAt = performance.now();
  const elapsedMs = () => performance.now() - startedAt;
  sink({ kind: 'started', step });
  try {
    await execute(step, engine, { step, signal, progress: (text) => sink({ kind: 'progress', step, text }), warn });
    sink({ kind: 'done', step, elapsedMs: elapsedMs() });
    return null;
  } catch (cause) {
    const error = stepError(step, cause);
    sink({ kind: 'failed', step, error, elapsedMs: elapsedMs() });
    return error;
  }
}

/** The engine's function for an action; the switch is what ties a kind to the type of its arguments. */
async function execute({ action }: Step, engine: Engine, context: StepContext): Promise<void> {
  switch (action.kind) {
    case 'buildImage':
      return engine.buildImage(action, context);
    case 'createVolume':
      return engine.createVolume(action, context);
    case 'removeVolume':
      return engine.removeVolume(action, context);
    case 'createContainer':
      return engine.createContainer(action, context);
    case 'startContainer':
      return engine.startContainer(action, context);
    case 'stopContainer':
      return engine.stopContainer(action, context);
    case 'removeContainer':
      return engine.removeContainer(action, context);
    case 'updateContainer':
      return engine.updateContainer(action, context);
    case 'pauseContainer':
      return engine.pauseContainer(action, context);
    case 'unpauseContainer':
      return engine.unpauseContainer(action, context);
    case 'waitForCondition':
      return engine.waitForCondition(action, context);
    case 'removeImage':
      return engine.removeImage(action, context);
  }
}

interface Run {
  /** at most `count` steps whose turn it is; each is given once */
  readonly takeReady: (count: number) => Step[];
  readonly finish: (step: Step, error: Error | null) => void;
  readonly warn: StepContext['warn'];
  readonly report: () => ApplyReport;
}

/** Keeps what became of each step. */
function createRun(plan: Plan, { signal, sink }: ApplyOptions): Run {
  const waiting = new Map(plan.steps.map((step) => [step.id, step]));
  const done = new Set<number>();
  const failed: { step: Step; error: Error }[] = [];
  const skipped: number[] = [];
  const ended = new Set<number>();
  const warnings = new Set<string>();

  const skip = (step: Step, because: number): void => {
    waiting.delete(step.id);
    ended.add(step.id);
    skipped.push(step.id);
    sink({ kind: 'skipped', step, because });
  };
  /** Earlier steps come first in the map, so that one pass skips whole branches. */
  const skipHopeless = (): void => {
    for (const step of waiting.values()) {
      const lost = step.after.find((id) => ended.has(id) && !done.has(id));
      if (lost !== undefined) skip(step, lost);
    }
  };
  const isReady = ({ after, afterSettled = [] }: Step): boolean =>
    after.every((id) => done.has(id)) && afterSettled.every((id) => ended.has(id));

  return {
    takeReady(count) {
      skipHopeless();
      if (signal.aborted) return [];
      const ready = [...waiting.values()].filter(isReady).slice(0, count);
      for (const step of ready) waiting.delete(step.id);
      return ready;
    },
    finish(step, error) {
      ended.add(step.id);
      if (error === null) done.add(step.id);
      else failed.push({ step, error });
    },
    warn(text) {
      warnings.add(text);
    },
    report() {
      if (!signal.aborted && waiting.size > 0)
        throw new BerthError('INTERNAL', `internal: steps that can't start: ${[...waiting.keys()].join(', ')}`);
      const notStarted = [...skipped, ...waiting.keys()].sort((a, b) => a - b);
      const finished = [...done].sort((a, b) => a - b);
      return {
        done: finished,
        failed,
        skipped: notStarted,
        interrupted: signal.aborted,
        warnings: [...warnings],
      };
    },
  };
}
