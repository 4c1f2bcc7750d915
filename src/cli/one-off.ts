import type { ObservedState } from '../plan/observed.js';
import { isRefusal, type PlanOptions, type PlanRefusal } from '../plan/options.js';
import type { Action, Plan, Step } from '../plan/plan.js';
import { plan } from '../plan/planner.js';
import type { Service, Stack } from '../stack/model.js';

/** A container of `run`. */
export interface OneOff {
  /** the container's name */
  readonly name: string;
  /** the service that it is made of, with what `run` changes */
  readonly service: Service;
  /** true: the plan starts it, too; false: the caller does */
  readonly start: boolean;
}

/**
 * Plans a one-off container: it stands in the stack as one more service while planning, so that its image, its volumes and
 * what it depends on are brought up as `up` would, and its steps are then told to be of the real service.
 */
export function planOneOff(
  stack: Stack,
  observed: ObservedState,
  oneOff: OneOff,
  asked: Pick<PlanOptions, 'noDeps' | 'imageInputs'>,
): Plan | PlanRefusal {
  const key = oneOff.name;
  const guest: Service = { ...oneOff.service, name: key, containerName: oneOff.name };
  const widened: Stack = { ...stack, services: { ...stack.services, [key]: guest } };
  const planned = plan(widened, observed, { ...asked, services: [key] });
  if (isRefusal(planned)) return planned;
  // The last step of its service is the start, which no other waits for.
  const steps = planned.steps.filter((step) => oneOff.start || !isStartOf(step, key));
  return { ...planned, steps: renumbered(steps.map((step) => asOneOff(step, key, oneOff))) };
}

function isStartOf({ action }: Step, key: string): boolean {
  return action.kind === 'startContainer' && action.container.service === key;
}

function asOneOff(step: Step, key: string, { name, service }: OneOff): Step {
  const { action } = step;
  if (action.kind !== 'createContainer' && action.kind !== 'startContainer') return step;
  if (action.container.service !== key) return step;
  const container = { ...action.container, service: service.name, replica: 0 };
  const renamed: Action =
    action.kind === 'createContainer'
      ? { ...action, container, service: { ...service, containerName: null } }
      : { ...action, container };
  return { ...step, on: `container:${name}`, cause: 'one-off', action: renamed };
}

function renumbered(steps: readonly Step[]): readonly Step[] {
  const ids = new Map(steps.map(({ id }, index) => [id, index + 1]));
  const mapped = (earlier: readonly number[]): number[] => earlier.flatMap((id) => ids.get(id) ?? []);
  return steps.map((step) => ({
    ...step,
    id: ids.get(step.id) ?? step.id,
    after: mapped(step.after),
    ...(step.afterSettled === undefined ? {} : { afterSettled: mapped(step.afterSettled) }),
  }));
}
