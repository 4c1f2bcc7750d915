import { resourceChanges, summarise } from './changes.js';
import type { Plan } from './plan.js';

/**
 * The plan for programs, `berth plan --json`. Format 1; keys are only added within a format:
 *
 * - `format`, `stack`, `serial`
 * - `summary`: `{add, change, destroy}`; a replacement counts twice
 * - `resource_changes[]`: `{address, effect: add|change|destroy|replace, actions[], causes[], changes[]}`, where each of
 *   `changes` is `{field, before, after, class: live|restart|replace|none, drift}` with printable values, secrets masked
 * - `steps[]`: `{id, address, action, cause, after[], after_settled[]}` in the order in which they may run
 * - `notes[]`
 *
 * It holds no service definitions and so no secrets; a plan to be applied later is `savePlan`'s.
 */
export function planJson(plan: Plan): string {
  const changes = resourceChanges(plan);
  const report = {
    format: 1,
    stack: plan.stack,
    serial: plan.serial,
    summary: summarise(changes),
    resource_changes: changes.map(({ on, effect, steps, causes, changes: fields }) => ({
      address: on,
      effect,
      actions: steps.map(({ action }) => action.kind),
      causes,
      changes: fields.map((one) => ({
        field: one.field,
        before: one.from,
        after: one.to,
        class: one.class,
        drift: one.drift,
      })),
    })),
    steps: plan.steps.map(({ id, on, action, cause, after, afterSettled }) => ({
      id,
      address: on,
      action: action.kind,
      cause,
      after,
      after_settled: afterSettled ?? [],
    })),
    notes: plan.notes,
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}
