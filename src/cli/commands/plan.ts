import { resolve } from 'node:path';
import { replaceFile } from '../../linux/atomic.js';
import { planDestroy } from '../../plan/destroy.js';
import type { Plan } from '../../plan/plan.js';
import { plan } from '../../plan/planner.js';
import { type CommandMain, defineCommand } from '../command.js';
import { type Context, loadStack, loadStackIfAny, openContext, stackName } from '../context.js';
import { EXIT, exitCodeOf } from '../exit.js';
import { type LockOption, lockTimeoutFlag } from '../flags.js';
import { imageInputsOf } from '../image-inputs.js';
import { type PlanFlagValues, planFlags, toPlanOptions } from '../plan-options.js';
import { planStyle } from '../plan-style.js';
import { acceptPlan } from '../run-plan.js';

interface PlanCommandOptions extends PlanFlagValues, LockOption {
  readonly json?: boolean;
  readonly out?: string;
  readonly destroy?: boolean;
  readonly volumes?: boolean;
  readonly detailedExitcode?: boolean;
}

/** `plan [SERVICE...]` */
export const main: CommandMain = defineCommand<PlanCommandOptions>({
  name: 'plan',
  usage: '[SERVICE...]',
  flags: [
    { flags: '--json', text: 'print the plan for programs' },
    { flags: '-o, --out <file>', text: 'save the plan for berth apply; it holds environment values' },
    { flags: '--destroy', text: 'plan what down would do' },
    { flags: '-v, --volumes', text: 'with --destroy: the named volumes, too' },
    { flags: '--detailed-exitcode', text: 'exit with 0 for no changes, 2 for changes, 1 for everything else' },
    ...planFlags,
    lockTimeoutFlag,
  ],
  failureCode: (error, words) => (words.includes('--detailed-exitcode') ? EXIT.failed : exitCodeOf(error)),
  run: async (invocation) => {
    const { options, args, output } = invocation;
    const context = await openContext(invocation);
    const made = await makePlan(context, options, args);
    if (options.out !== undefined) {
      const { savePlan } = await import('../../plan/saved.js');
      replaceFile(resolve(options.out), savePlan(made));
    }
    output.out(await render(made, options.json === true, context));
    return options.detailedExitcode === true && made.steps.length > 0 ? EXIT.changes : EXIT.done;
  },
});

/** Under the lock, so that the state holds still while it is looked at. */
async function makePlan(context: Context, options: PlanCommandOptions, services: readonly string[]): Promise<Plan> {
  const { host } = context;
  const isDestroy = options.destroy === true;
  const stack = isDestroy ? await loadStackIfAny(context) : await loadStack(context, services);
  const name = stack?.name ?? (await stackName(context));
  const lock = await host.lock(name, { command: 'plan', timeoutMs: options.lockTimeout ?? 0 });
  try {
    const observed = await host.observe(name, stack);
    if (isDestroy || stack === null) {
      return planDestroy(observed, {
        services,
        known: stack === null ? null : [...Object.keys(stack.services), ...stack.disabled],
        removeOrphans: options.removeOrphans ?? false,
        removeVolumes: options.volumes ?? false,
      });
    }
    const imageInputs = await imageInputsOf(host, stack);
    return await acceptPlan(host, plan(stack, observed, { ...toPlanOptions(options, services, null), imageInputs }));
  } finally {
    lock.release();
  }
}

async function render(made: Plan, asJson: boolean, { output }: Context): Promise<string> {
  if (asJson) return (await import('../../plan/json.js')).planJson(made);
  return (await import('../../plan/text.js')).planText(made, planStyle(output.paint));
}
