import type { ObservedContainer, ObservedState } from '../plan/observed.js';
import type { Plan } from '../plan/plan.js';
import type { Invocation } from './command.js';
import { openContext, stackName } from './context.js';
import type { LockOption } from './flags.js';
import type { LifecycleOptions } from './lifecycle.js';
import { requireContainers } from './live.js';
import { runPlan } from './run-plan.js';
import { takeInterrupts } from './signals.js';

/** What a command that changes the state of containers makes of them. */
export type StatePlan = (
  chosen: readonly ObservedContainer[],
  all: readonly ObservedContainer[],
  options: LifecycleOptions,
) => Plan;

/**
 * Runs `start`, `stop`, `pause` and their like on the containers of the services that are named; none: of all.
 * @returns the exit code
 */
export async function runStateCommand(
  invocation: Invocation<LockOption>,
  command: string,
  plan: StatePlan,
): Promise<number> {
  const context = await openContext(invocation);
  const name = await stackName(context);
  const outcome = await runPlan(context, {
    stackName: name,
    stack: null,
    command,
    lockTimeoutMs: invocation.options.lockTimeout ?? 0,
    interrupts: takeInterrupts(),
    plan: (observed) => {
      const all = observed.containers.filter(({ oneOff }) => !oneOff);
      const chosen = chooseContainers(all, observed, invocation.args);
      return plan(chosen, all, { stack: name, serial: observed.serial, cause: `asked by '${command}'` });
    },
  });
  return outcome.code;
}

/** @throws BerthError NOT_FOUND for a service without containers */
export function chooseContainers(
  all: readonly ObservedContainer[],
  { stack }: Pick<ObservedState, 'stack'>,
  services: readonly string[],
): readonly ObservedContainer[] {
  requireContainers(all, services, stack);
  return services.length === 0 ? all : all.filter(({ service }) => services.includes(service));
}
