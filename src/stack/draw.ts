import { escapeControls, showControls } from '../printable.js';
import type { Diagnostic } from './diagnostic.js';

const RED = '\u001b[31m';
const BOLD = '\u001b[1m';
const RESET = '\u001b[0m';

/**
 * Diagnostics as text, with what a terminal would act on escaped, each as `file:line:column: path: message`, the line it stands in, and a line with a caret. Lines
 * end in a line feed; there is an empty line between two.
 */
export function drawDiagnostics(diagnostics: readonly Diagnostic[], options: { readonly color: boolean }): string {
  const paint = (style: string, text: string): string => (options.color ? `${style}${text}${RESET}` : text);
  return diagnostics.map((diagnostic) => draw(diagnostic, paint)).join('\n');
}

function draw(diagnostic: Diagnostic, paint: (style: string, text: string) => string): string {
  const { file, line, column, path, message, hint, source, via, length } = diagnostic;
  const where = paint(BOLD, `${escapeControls(file)}:${line}:${column}:`);
  const lines = [`${where} ${escapeControls(path === '' ? message : `${path}: ${message}`)}`];
  if (source.trim() !== '') {
    const { text, before, marked } = excerpt(showControls(source), column - 1, length);
    // tabs are kept as tabs, so that the caret stands below its column however wide they are
    const indent = before.replace(/[^\t]/g, ' ');
    lines.push(`  ${text}`, `  ${indent}${paint(RED, '^'.padEnd(marked, '~'))}`);
  }
  if (hint !== null) lines.push(`  ${escapeControls(hint)}`);
  for (const step of via.toReversed()) lines.push(`  ${escapeControls(step)}`);
  return lines.map((text) => `${text}\n`).join('');
}

/** Columns of a line that are drawn; of a longer one it is the part around the mark. */
const WIDTH = 160;

function excerpt(line: string, offset: number, length: number): { text: string; before: string; marked: number } {
  const start = offset + length <= WIDTH ? 0 : Math.max(0, offset - WIDTH / 2);
  const prefix = start === 0 ? '' : '…';
  const suffix = line.length > start + WIDTH ? '…' : '';
  return {
    text: `${prefix}${line.slice(start, start + WIDTH)}${suffix}`,
    before: `${prefix}${line.slice(start, offset)}`,
    marked: Math.min(length, start + WIDTH - offset),
  };
}
