import { type AnsiMode, coloursWanted, createPaint, type Paint } from './colour.js';

/** Where a command prints: results on stdout, progress and errors on stderr. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** colours for stdout and for stderr */
  readonly paint: Paint;
  readonly errPaint: Paint;
  readonly outIsTty: boolean;
  readonly errIsTty: boolean;
}

export function createOutput(ansi: AnsiMode, env: NodeJS.ProcessEnv): Output {
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    paint: createPaint(coloursWanted(ansi, process.stdout.isTTY === true, env)),
    errPaint: createPaint(coloursWanted(ansi, process.stderr.isTTY === true, env)),
    outIsTty: process.stdout.isTTY === true,
    errIsTty: process.stderr.isTTY === true,
  };
}
