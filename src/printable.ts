/**
 * C0 and C1 controls and DEL, on which a terminal acts, and what turns the direction of text, so that it reads as another:
 * text that others wrote must not carry them through.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is this file's job
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text from images, names and files, made safe to print on one line: `\n` becomes `\\n`, escape becomes `\\x1b`. */
export function escapeControls(text: string): string {
  return text.replace(CONTROLS, (control) => {
    if (control === '\n') return '\\n';
    if (control === '\t') return '\\t';
    if (control === '\r') return '\\r';
    const code = control.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
  });
}

/** The same in JSON, or in YAML between double quotes; line feeds stand between values and stay. */
export function escapeQuoted(text: string): string {
  return text.replace(CONTROLS, (control) =>
    control === '\n' ? control : `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Each of them as one visible character, for text whose columns count. Tabs stay. */
export function showControls(text: string): string {
  return text.replace(CONTROLS, (control) => {
    const code = control.charCodeAt(0);
    return control === '\t' ? control : code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd';
  });
}

/** Whether there are any. */
export function hasControls(text: string): boolean {
  return text.search(CONTROLS) >= 0;
}
