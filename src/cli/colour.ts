/** SGR codes by name. */
const CODES = { red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36, dim: 2, bold: 1 } as const;

export type Colour = keyof typeof CODES;

/** Paints a text, or gives it back as it is where colours are off. */
export type Paint = (colour: Colour, text: string) => string;

export type AnsiMode = 'auto' | 'always' | 'never';

/** @returns whether a stream takes colours: `--ansi` decides, then NO_COLOR (https://no-color.org), then the terminal. */
export function coloursWanted(mode: AnsiMode, isTty: boolean, env: NodeJS.ProcessEnv): boolean {
  if (mode !== 'auto') return mode === 'always';
  return isTty && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}

export function createPaint(enabled: boolean): Paint {
  if (!enabled) return (_colour, text) => text;
  return (colour, text) => `\u001b[${CODES[colour]}m${text}\u001b[0m`;
}
