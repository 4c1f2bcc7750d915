import type { Diagnostic } from './diagnostic.js';

const RED = '\u001b[31m';
const BOLD = '\u001b[1m';
const RESET = '\u001b[0m';

/**
 * Diagnostics as text, each as `file:line:column: path: message`, the line it stands in, and a line with a caret. Lines
 * end in a line feed; there is an empty line between two.
 */
export function drawDiagnostics(diagnostics: readonly Diagnostic[], options: { readonly color: boolean }): string {
  const paint = (style: string, text: string): string => (options.color ? `${style}${text}${RESET}` : text);
  return diagnostics.map((diagnostic) => draw(diagnostic, paint)).join('\n');
}

function draw(diagnostic: Diagnostic, paint: (style: string, text: string) => string): string {
  const { file, line, column, path, message, hint, source, length } = diagnostic;
  const where = paint(BOLD, `${file}:${line}:${column}:`);
  const lines = [`${where} ${path === '' ? '' : `${path}: `}${message}`];
  if (source.trim() !== '') {
    // tabs are kept as tabs, so that the caret stands below its column however wide they are
    const indent = source.slice(0, column - 1).replace(/[^\t]/g, ' ');
    lines.push(`  ${source}`, `  ${indent}${paint(RED, '^'.padEnd(length, '~'))}`);
  }
  if (hint !== null) lines.push(`  ${hint}`);
  return lines.map((text) => `${text}\n`).join('');
}
