import type { PlanStyle } from '../plan/text.js';
import type { Paint } from './colour.js';

/** Plans in the colours that everyone knows from diffs. */
export function planStyle(paint: Paint): PlanStyle {
  return {
    add: (text) => paint('green', text),
    change: (text) => paint('yellow', text),
    destroy: (text) => paint('red', text),
    dim: (text) => paint('dim', text),
  };
}
