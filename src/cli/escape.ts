/** C0 and C1 controls and DEL; a terminal acts on them, so text that others wrote must not carry them through. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is this file's job
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g;

/** Text from images, names and files, made safe to print on one line: `\n` becomes `\\n`, escape becomes `\\x1b`. */
export function escapeControls(text: string): string {
  return text.replace(CONTROLS, (control) => {
    if (control === '\n') return '\\n';
    if (control === '\t') return '\\t';
    if (control === '\r') return '\\r';
    return `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}

/** As escapeControls, but lines stay lines. */
export function escapeLines(text: string): string {
  return text.split('\n').map(escapeControls).join('\n');
}
