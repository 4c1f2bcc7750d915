import { readFileSync } from 'node:fs';
import { BerthError, messageOf } from '../../errors.js';
import type { Plan } from '../../plan/plan.js';
import { plan } from '../../plan/planner.js';
import { parsePlan } from '../../plan/saved.js';
import { summaryText } from '../../plan/text.js';
import { type CommandMain, defineCommand } from '../command.js';
import { type Context, loadStack, loadStackIfAny, openContext } from '../context.js';
import { type LockOption, lockTimeoutFlag } from '../flags.js';
import { imageInputsOf } from '../image-inputs.js';
import { runPlan } from '../run-plan.js';
import { takeInterrupts } from '../signals.js';

/** `apply [FILE]`: a saved plan, or without one what `plan` shows now */
export const main: CommandMain = defineCommand<LockOption>({
  name: 'apply',
  usage: '[FILE]',
  flags: [lockTimeoutFlag],
  run: async (invocation) => {
    const { args, options, output } = invocation;
    const [file, ...more] = args;
    if (more.length > 0) throw new BerthError('USAGE', `expected one plan file, got ${args.length}`);
    const context = await openContext(invocation);
    const lockTimeoutMs = options.lockTimeout ?? 0;
    const outcome =
      file === undefined ? await applyNow(context, lockTimeoutMs) : await applySaved(context, file, lockTimeoutMs);
    if (outcome.plan.steps.length === 0) output.err(`${summaryText(outcome.plan)}\n`);
    return outcome.code;
  },
});

async function applyNow(context: Context, lockTimeoutMs: number) {
  const stack = await loadStack(context);
  return runPlan(context, {
    stackName: stack.name,
    stack,
    command: 'apply',
    lockTimeoutMs,
    interrupts: takeInterrupts(),
    plan: async (observed) => plan(stack, observed, { imageInputs: await imageInputsOf(context.host, stack) }),
  });
}

async function applySaved(context: Context, file: string, lockTimeoutMs: number) {
  const saved = parsePlan(readPlan(file));
  const makesAnew = saved.steps.some(({ action }) => action.kind === 'createContainer' || action.kind === 'buildImage');
  const loaded = makesAnew ? await loadStack(context) : await loadStackIfAny(context);
  const stack = makesAnew ? loaded : null;
  if (loaded !== null && loaded.name !== saved.stack) {
    throw new BerthError('STALE', `apply ${file}: it was made for stack ${saved.stack}, not ${loaded.name}`);
  }
  return runPlan(context, {
    stackName: saved.stack,
    stack,
    names: loaded,
    command: 'apply',
    lockTimeoutMs,
    interrupts: takeInterrupts(),
    plan: ({ serial }) => checkSerial(saved, file, serial),
  });
}

/** Between the plan and now another command may have changed the stack: what was read then may not be so any more. */
export function checkSerial(saved: Plan, file: string, serial: number): Plan {
  if (saved.serial === serial) return saved;
  const reason = `it was made for serial ${saved.serial} of stack ${saved.stack}, which is at ${serial} now`;
  throw new BerthError('STALE', `apply ${file}: ${reason}`, { hint: 'make it anew with `berth plan --out`' });
}

function readPlan(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new BerthError('INPUT', `apply saved plan: ${messageOf(cause)}`, { cause });
  }
}
