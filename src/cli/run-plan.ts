import { apply } from '../apply/apply.js';
import type { ApplyEvent, ApplyReport, Engine } from '../apply/engine.js';
import { BerthError } from '../errors.js';
import type { EngineOptions, Host } from '../linux/host.js';
import type { StackLock } from '../linux/lock.js';
import type { ObservedState } from '../plan/observed.js';
import { isRefusal, type PlanRefusal, type Refusal } from '../plan/options.js';
import type { Plan } from '../plan/plan.js';
import type { Stack } from '../stack/model.js';
import type { Context } from './context.js';
import { EXIT } from './exit.js';
import { createSink } from './progress/sink.js';
import { renderError, renderWarning } from './report.js';
import type { Interrupts } from './signals.js';

/** How a command plans and applies. */
export interface PlanRun {
  readonly stackName: string;
  /** null: nothing is made anew (`down`, `stop`, …) */
  readonly stack: Stack | null;
  /** with `stack` null: names the images and volumes to look up */
  readonly names?: Stack | null;
  /** the command's name, for those who wait for the lock */
  readonly command: string;
  /** `--lock-timeout`; 0: don't wait */
  readonly lockTimeoutMs: number;
  /** called under the lock with the state as it is then */
  readonly plan: (observed: ObservedState) => Plan | PlanRefusal | Promise<Plan | PlanRefusal>;
  readonly interrupts: Interrupts;
  /** hears of each step, beside the progress that is shown */
  readonly onEvent?: (event: ApplyEvent) => void;
  /** takes attach streams over, as EngineOptions has it */
  readonly attach?: EngineOptions['attach'];
}

export interface PlanOutcome {
  /** one of EXIT: done, failed, interrupted */
  readonly code: number;
  readonly plan: Plan;
  readonly report: ApplyReport;
  /** the state that the plan was made for */
  readonly observed: ObservedState;
}

/**
 * Plans and applies under the stack's lock: sweep, observe, plan, note what is applied, run the steps with progress, and
 * report failures on stderr.
 * @throws BerthError LOCKED; INPUT for what the planner refuses
 */
export async function runPlan(context: Context, run: PlanRun): Promise<PlanOutcome> {
  const { host } = context;
  const lock = await host.lock(run.stackName, { command: run.command, timeoutMs: run.lockTimeoutMs });
  try {
    await host.sweep(run.stackName);
    const observed = await host.observe(run.stackName, run.stack ?? run.names ?? null, {
      drift: run.stack !== null,
    });
    const plan = await acceptPlan(host, await run.plan(observed));
    showNotes(context, plan);
    const report = await applyPlan(context, run, plan, lock);
    if (run.stack === null || plan.steps.some(({ action }) => action.kind === 'removeContainer')) {
      // It was given up where the last steps were waits.
      await lock.resume();
      await host.leave(run.stackName);
    }
    return { code: reportCode(context, report), plan, report, observed };
  } finally {
    lock.release();
  }
}

/**
 * The plan, once planner and host have nothing against it. A plan without steps asks nothing of the host.
 * @throws BerthError INPUT with every reason against it; nothing was touched
 */
export async function acceptPlan(host: Pick<Host, 'preflight'>, planned: Plan | PlanRefusal): Promise<Plan> {
  if (isRefusal(planned)) throw refusalError(planned.refused);
  const refused = planned.steps.length === 0 ? [] : await host.preflight(planned);
  if (refused.length > 0) throw refusalError(refused);
  return planned;
}

function refusalError(refused: readonly Refusal[]): BerthError {
  const reasons = refused.map(({ reason, hint }) => (hint === null ? reason : `${reason}\n  hint: ${hint}`));
  return new BerthError('INPUT', reasons.join('\n'));
}

function showNotes({ output }: Context, plan: Plan): void {
  for (const note of plan.notes) output.err(renderWarning(note, output.errPaint));
}

const nothing: ApplyReport = { done: [], failed: [], skipped: [], interrupted: false, warnings: [] };

async function applyPlan(context: Context, run: PlanRun, plan: Plan, lock: StackLock): Promise<ApplyReport> {
  if (plan.steps.length === 0) return { ...nothing, interrupted: run.interrupts.signal.aborted };
  const { host, globals, output } = context;
  await host.recordApplied(run.stackName, run.stack, plan);
  const { stackName, stack } = run;
  // Loaded by the plans that build, which are few.
  const buildImage: Engine['buildImage'] = async (args, step) =>
    (await import('../build/builder.js')).createBuilder(host, stack)(args, step);
  const attach = run.attach === undefined ? {} : { attach: run.attach };
  const removed = new Set(
    plan.steps.flatMap(({ action }) => (action.kind === 'removeContainer' ? [action.container.id] : [])),
  );
  const engine = host.engine({ stackName, stack, removed, buildImage, lock, ...attach });
  const sink = await createSink(globals.progress, plan.steps, output);
  const onEvent = (event: ApplyEvent): void => {
    sink.event(event);
    run.onEvent?.(event);
  };
  try {
    const report = await apply(plan, engine, { signal: run.interrupts.signal, sink: onEvent });
    await host.flush();
    return report;
  } finally {
    await sink.end();
  }
}

/** Failures that an interrupt caused are told like all others, but the exit code is the interrupt's. */
function reportCode({ output }: Context, report: ApplyReport): number {
  for (const warning of report.warnings) output.err(renderWarning(warning, output.errPaint));
  for (const { error } of report.failed) output.err(renderError(error, output.errPaint));
  if (report.interrupted) {
    const count = report.skipped.length;
    if (count > 0) output.err(renderWarning(`interrupted: ${count} steps were not run`, output.errPaint));
    return EXIT.interrupted;
  }
  return report.failed.length > 0 ? EXIT.failed : EXIT.done;
}
