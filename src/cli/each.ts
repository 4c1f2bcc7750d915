import { EXIT, exitCodeOf } from './exit.js';
import type { Output } from './output.js';
import { renderError } from './report.js';

/**
 * Does something for each of the names that a command was given. As with docker, one that fails is told and does not keep
 * the others back.
 * @returns the exit code: that of the first failure
 */
export async function forEachName(
  names: readonly string[],
  output: Output,
  act: (name: string) => Promise<void>,
): Promise<number> {
  let code: number = EXIT.done;
  for (const name of names) {
    try {
      await act(name);
    } catch (error) {
      output.err(renderError(error, output.errPaint));
      if (code === EXIT.done) code = exitCodeOf(error);
    }
  }
  return code;
}
