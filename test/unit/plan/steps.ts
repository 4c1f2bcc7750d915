import type { ObservedState } from '../../../src/plan/observed.js';
import { isRefusal, type PlanOptions } from '../../../src/plan/options.js';
import { plan } from '../../../src/plan/planner.js';
import { refusalText, stepsText } from '../../../src/plan/text.js';
import type { Stack } from '../../../src/stack/model.js';

/** The plan as steps of text, or why there is none; notes below. Every line begins where the first one of a test's table does. */
export function planned(stack: Stack, observed: ObservedState, options: Partial<PlanOptions> = {}): string {
  const result = plan(stack, observed, options);
  if (isRefusal(result)) return `refused: ${refusalText(result)}`;
  return [stepsText(result), ...result.notes.map((note) => `note: ${note}`)].filter((line) => line !== '').join('\n');
}

/** A table as it stands in a test's source: without the margin. */
export function table(strings: TemplateStringsArray): string {
  const lines = strings.join('').split('\n').slice(1, -1);
  const margin = Math.min(
    ...lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length),
  );
  return lines.map((line) => line.slice(margin)).join('\n');
}
