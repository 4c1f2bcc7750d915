import { escapeControls, escapeQuoted } from '../printable.js';

export { escapeControls };

/** A value as JSON, with what a terminal would act on escaped in JSON's own way. */
export function printableJson(value: unknown, indent?: number): string {
  return escapeQuoted(JSON.stringify(value, null, indent));
}

/** As escapeControls, but lines stay lines. */
export function escapeLines(text: string): string {
  return text.split('\n').map(escapeControls).join('\n');
}
