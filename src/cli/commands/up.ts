import { BerthError } from '../../errors.js';
import { plan } from '../../plan/planner.js';
import { summaryText } from '../../plan/text.js';
import type { Stack } from '../../stack/model.js';
import { runAttached } from '../attached.js';
import { type CommandMain, defineCommand } from '../command.js';
import { type Context, loadStack, openContext } from '../context.js';
import { EXIT } from '../exit.js';
import { type LockOption, lockTimeoutFlag, type TimeoutOption, timeoutFlag } from '../flags.js';
import { imageInputsOf } from '../image-inputs.js';
import { type PlanFlagValues, planFlags, toPlanOptions } from '../plan-options.js';
import { type PlanRun, runPlan } from '../run-plan.js';
import { takeInterrupts } from '../signals.js';
import { parseSeconds } from '../time.js';

interface UpOptions extends PlanFlagValues, LockOption, TimeoutOption {
  readonly detach?: boolean;
  readonly wait?: boolean;
  readonly waitTimeout?: number;
  readonly exitCodeFrom?: string;
  readonly abortOnContainerExit?: boolean;
}

/** `up [SERVICE...]` */
export const main: CommandMain = defineCommand<UpOptions>({
  name: 'up',
  usage: '[SERVICE...]',
  flags: [
    { flags: '-d, --detach', text: 'leave the containers running in the background' },
    { flags: '--wait', text: 'wait until services run and are healthy; implies -d' },
    { flags: '--wait-timeout <seconds>', text: 'how long to wait for that at most', parse: parseSeconds },
    ...planFlags,
    { flags: '--abort-on-container-exit', text: 'stop all containers when one has ended' },
    { flags: '--exit-code-from <service>', text: "exit with this service's code when one has ended; stops all others" },
    timeoutFlag,
    lockTimeoutFlag,
  ],
  run: async (invocation) => {
    const { options, args } = invocation;
    checkOptions(options);
    const planOptions = toPlanOptions(options, args, options.timeout ?? null);
    const context = await openContext(invocation);
    const stack = await loadStack(context, args);
    const run: Omit<PlanRun, 'interrupts'> = {
      stackName: stack.name,
      stack,
      command: 'up',
      lockTimeoutMs: options.lockTimeout ?? 0,
      plan: async (observed) =>
        plan(stack, observed, { ...planOptions, imageInputs: await imageInputsOf(context.host, stack) }),
    };
    if (isDetached(options)) return upDetached(context, stack, run, options, args);
    const exitCodeFrom = options.exitCodeFrom ?? null;
    if (exitCodeFrom !== null && !(exitCodeFrom in stack.services)) {
      throw new BerthError('USAGE', `--exit-code-from: no service '${exitCodeFrom}' in the stack file`);
    }
    return runAttached(context, run, takeInterrupts, {
      services: args,
      abortOnExit: options.abortOnContainerExit === true || exitCodeFrom !== null,
      exitCodeFrom,
      timeoutMs: options.timeout ?? null,
    });
  },
});

function isDetached({ detach, wait, start }: UpOptions): boolean {
  return detach === true || wait === true || start === false;
}

function checkOptions(options: UpOptions): void {
  const attached = options.exitCodeFrom !== undefined || options.abortOnContainerExit === true;
  if (attached && isDetached(options)) {
    throw new BerthError('USAGE', '--exit-code-from and --abort-on-container-exit need an attached up, without -d');
  }
  if (options.waitTimeout !== undefined && options.wait !== true) {
    throw new BerthError('USAGE', '--wait-timeout needs --wait');
  }
}

async function upDetached(
  context: Context,
  stack: Stack,
  run: Omit<PlanRun, 'interrupts'>,
  options: UpOptions,
  services: readonly string[],
): Promise<number> {
  const interrupts = takeInterrupts();
  const outcome = await runPlan(context, { ...run, interrupts });
  const { globals, output } = context;
  if (outcome.plan.steps.length === 0 && globals.progress !== 'quiet' && globals.progress !== 'json') {
    output.err(`${summaryText(outcome.plan)}\n`);
  }
  if (outcome.code !== EXIT.done || options.wait !== true) return outcome.code;
  const { waitUntilReady } = await import('../wait.js');
  const isReady = await waitUntilReady(context, stack, services, options.waitTimeout ?? null, interrupts.signal);
  return isReady ? EXIT.done : EXIT.interrupted;
}
