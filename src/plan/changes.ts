import type { Action, FieldChange, Plan, ResourceId, Step } from './plan.js';

export type Effect = 'add' | 'change' | 'destroy' | 'replace';

/** What a plan does to one resource: its steps summed up. */
export interface ResourceChange {
  readonly on: ResourceId;
  readonly effect: Effect;
  readonly steps: readonly Step[];
  /** different causes of its steps, in their order */
  readonly causes: readonly string[];
  readonly changes: readonly FieldChange[];
}

export interface PlanSummary {
  readonly add: number;
  readonly change: number;
  readonly destroy: number;
}

const effects: { readonly [K in Action['kind']]: Effect | null } = {
  buildImage: 'add',
  createVolume: 'add',
  createContainer: 'add',
  removeVolume: 'destroy',
  removeContainer: 'destroy',
  removeImage: 'destroy',
  startContainer: 'change',
  stopContainer: 'change',
  updateContainer: 'change',
  pauseContainer: 'change',
  unpauseContainer: 'change',
  waitForCondition: null,
};

/** Causes that only say how a step follows from another one of the same resource. */
const followUps: ReadonlySet<string> = new Set(['created', 'replaced']);

/** The plan by resource, in the order of first steps. Resources that are only waited for don't change. */
export function resourceChanges(plan: Plan): ResourceChange[] {
  const byResource = new Map<ResourceId, Step[]>();
  for (const step of plan.steps) byResource.set(step.on, [...(byResource.get(step.on) ?? []), step]);
  return [...byResource].flatMap(([on, steps]) => {
    const effect = sumUp(steps);
    if (effect === null) return [];
    const causes = steps.filter(({ action }) => effects[action.kind] !== null).map(({ cause }) => cause);
    const own = causes.filter((cause) => !followUps.has(cause));
    return [{ on, effect, steps, causes: [...new Set(own)], changes: steps.flatMap(({ changes }) => changes) }];
  });
}

function sumUp(steps: readonly Step[]): Effect | null {
  const found = new Set(steps.map(({ action }) => effects[action.kind]));
  if (found.has('add')) return found.has('destroy') ? 'replace' : 'add';
  // A leftover beside a container that stays: that one changes.
  if (found.has('destroy')) return steps.at(-1)?.action.kind === 'startContainer' ? 'change' : 'destroy';
  return found.has('change') ? 'change' : null;
}

/** A replacement counts as one added and one destroyed. */
export function summarise(changes: readonly ResourceChange[]): PlanSummary {
  const count = (...wanted: readonly Effect[]) => changes.filter(({ effect }) => wanted.includes(effect)).length;
  return { add: count('add', 'replace'), change: count('change'), destroy: count('destroy', 'replace') };
}
