import { type Effect, type ResourceChange, resourceChanges, summarise } from './changes.js';
import type { PlanRefusal } from './options.js';
import type { FieldChange, Plan, Step } from './plan.js';
import { visible } from './print.js';

/** How parts of the text are marked; the caller knows whether the reader's terminal has colours. */
export interface PlanStyle {
  readonly add: (text: string) => string;
  readonly change: (text: string) => string;
  readonly destroy: (text: string) => string;
  readonly dim: (text: string) => string;
}

const same = (text: string): string => text;
export const plainStyle: PlanStyle = { add: same, change: same, destroy: same, dim: same };

const symbols: { readonly [K in Effect]: string } = { add: '  +', change: '  ~', destroy: '  -', replace: '-/+' };

/** A plan for people: each resource with what is done to it and why, each difference old → new, and a summary. */
export function planText(plan: Plan, style: PlanStyle = plainStyle): string {
  const changes = resourceChanges(plan);
  const width = Math.max(0, ...changes.map(({ on }) => on.length));
  const notes = plan.notes.map((note) => style.dim(`note: ${visible(note)}`));
  const lines = changes.flatMap((change) => resourceLines(change, width, style));
  const sections = [lines, notes, [summaryText(plan)]].filter((section) => section.length > 0);
  return `${sections.map((section) => section.join('\n')).join('\n\n')}\n`;
}

/** `Plan: 3 to add, 1 to change, 0 to destroy.`, or that there is nothing to do. */
export function summaryText(plan: Plan): string {
  const { add, change, destroy } = summarise(resourceChanges(plan));
  if (plan.steps.length === 0) return 'No changes.';
  return `Plan: ${add} to add, ${change} to change, ${destroy} to destroy.`;
}

/** The steps themselves, a line each, with what they come after. */
export function stepsText(plan: Plan): string {
  const rows = plan.steps.map((step) => [`#${step.id}`, step.on, actionText(step), step.cause, orderText(step)]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function resourceLines(change: ResourceChange, width: number, style: PlanStyle): string[] {
  const paint = change.effect === 'replace' ? style.destroy : style[change.effect];
  const verbs = [...new Set(change.steps.map((step) => verbOf(step)))].join(', ');
  const head = `${paint(symbols[change.effect])} ${change.on.padEnd(width)}  ${verbs}`;
  const causes = visible(change.causes.join('; '));
  return [
    causes === '' ? head : `${head}: ${style.dim(causes)}`,
    ...change.changes.map((one) => changeLine(one, style)),
  ];
}

function changeLine({ field, from, to, class: fieldClass, drift }: FieldChange, style: PlanStyle): string {
  const forces =
    fieldClass === 'replace' ? '  # forces replacement' : fieldClass === 'restart' ? '  # forces restart' : '';
  const origin = drift ? '  # drift' : '';
  const values = `${visible(field)}: ${from ?? 'none'} → ${to ?? 'none'}`;
  return `        ${values}${style.dim(`${forces}${origin}`)}`;
}

const verbs: { readonly [K in Step['action']['kind']]: string } = {
  buildImage: 'build',
  createVolume: 'create',
  removeVolume: 'remove',
  createContainer: 'create',
  startContainer: 'start',
  stopContainer: 'stop',
  removeContainer: 'remove',
  updateContainer: 'update',
  pauseContainer: 'pause',
  unpauseContainer: 'unpause',
  waitForCondition: 'wait',
  removeImage: 'remove',
};

function verbOf({ action }: Step): string {
  if (action.kind !== 'waitForCondition') return verbs[action.kind];
  return `wait until ${action.condition.replace('service_', '').replaceAll('_', ' ')}`;
}

function actionText(step: Step): string {
  return step.action.kind === 'waitForCondition' ? `waitForCondition ${step.action.condition}` : step.action.kind;
}

function orderText({ after, afterSettled = [] }: Step): string {
  const required = after.length === 0 ? [] : [`after ${after.join(', ')}`];
  return [...required, ...(afterSettled.length === 0 ? [] : [`once ${afterSettled.join(', ')} ended`])].join(', ');
}

/** Why there is no plan, a line for each reason and its hint. */
export function refusalText({ refused }: PlanRefusal): string {
  return refused.map(({ reason, hint }) => (hint === null ? reason : `${reason}\n  hint: ${hint}`)).join('\n');
}
