import { isBerthError, messageOf } from '../errors.js';
import type { Paint } from './colour.js';
import { escapeLines } from './escape.js';

/**
 * An error as the user reads it: what failed, then what went wrong while cleaning up, then what can be done about it.
 * Control characters are escaped: messages carry names and paths that others chose.
 */
export function renderError(error: unknown, paint: Paint): string {
  const lines = [`${paint('red', 'berth:')} ${escapeLines(messageOf(error))}`];
  if (isBerthError(error)) {
    for (const text of error.details.suppressed ?? []) lines.push(`${paint('dim', '  also:')} ${escapeLines(text)}`);
    if (error.details.hint) lines.push(`${paint('cyan', '  hint:')} ${escapeLines(error.details.hint)}`);
    if (error.code === 'INTERNAL' && error.stack) lines.push(paint('dim', escapeLines(error.stack)));
  }
  return `${lines.join('\n')}\n`;
}

/** What the user should know but what stops nothing. */
export function renderWarning(text: string, paint: Paint): string {
  return `${paint('yellow', 'warning:')} ${escapeLines(text)}\n`;
}
