import { BerthError } from '../errors.js';
import type { Action, FieldChange, ResourceId, Step } from './plan.js';

/** A step before it has a number: it knows what it comes after, and more may be added while planning. */
export interface Draft {
  readonly on: ResourceId;
  readonly action: Action;
  readonly cause: string;
  readonly changes: readonly FieldChange[];
  /** must have succeeded */
  readonly after: Set<Draft>;
  /** must have ended, however: optional dependencies */
  readonly afterSettled: Set<Draft>;
}

export function draftStep(
  on: ResourceId,
  action: Action,
  cause: string,
  after: readonly Draft[] = [],
  changes: readonly FieldChange[] = [],
): Draft {
  return { on, action, cause, changes, after: new Set(after), afterSettled: new Set() };
}

/** Gives drafts their numbers: in the order given, but each behind what it comes after. Implied `after`s are dropped. */
export function numberSteps(drafts: readonly Draft[]): Step[] {
  const ordered = dependenciesFirst(drafts);
  const ids = new Map(ordered.map((draft, index) => [draft, index + 1]));
  const before = ancestors(ordered);
  return ordered.map((draft, index) => {
    const after = necessary([...draft.after], before);
    const implied = new Set(after.flatMap((earlier) => [earlier, ...(before.get(earlier) ?? [])]));
    const settled = necessary(
      [...draft.afterSettled].filter((earlier) => !implied.has(earlier)),
      before,
    );
    const step = { id: index + 1, on: draft.on, action: draft.action, cause: draft.cause, changes: draft.changes };
    const numbered = { ...step, after: numbers(after, ids) };
    return settled.length === 0 ? numbered : { ...numbered, afterSettled: numbers(settled, ids) };
  });
}

function dependenciesFirst(drafts: readonly Draft[]): Draft[] {
  const ordered: Draft[] = [];
  const state = new Map<Draft, 'open' | 'done'>();
  const visit = (draft: Draft): void => {
    if (state.get(draft) === 'done') return;
    if (state.get(draft) === 'open')
      throw new BerthError('INTERNAL', `internal: step on ${draft.on} comes after itself`);
    state.set(draft, 'open');
    for (const earlier of [...draft.after, ...draft.afterSettled]) visit(earlier);
    state.set(draft, 'done');
    ordered.push(draft);
  };
  for (const draft of drafts) visit(draft);
  return ordered;
}

/** Everything that must have succeeded before each draft; `ordered` has dependencies first. */
function ancestors(ordered: readonly Draft[]): Map<Draft, Set<Draft>> {
  const before = new Map<Draft, Set<Draft>>();
  for (const draft of ordered) {
    const all = new Set<Draft>(draft.after);
    for (const earlier of draft.after) for (const one of before.get(earlier) ?? []) all.add(one);
    before.set(draft, all);
  }
  return before;
}

/** Leaves out what another one of the list implies. */
function necessary(list: readonly Draft[], before: ReadonlyMap<Draft, ReadonlySet<Draft>>): Draft[] {
  return list.filter((one) => !list.some((other) => before.get(other)?.has(one)));
}

function numbers(drafts: readonly Draft[], ids: ReadonlyMap<Draft, number>): number[] {
  return drafts.map((draft) => ids.get(draft) ?? 0).sort((a, b) => a - b);
}
