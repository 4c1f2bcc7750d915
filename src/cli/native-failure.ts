import { BerthError, isBerthError } from '../errors.js';

/**
 * What the addon refused, as our error: errno, call, path and the step of container set-up are kept. `run` and `exec`
 * tell a missing program by them.
 */
export function nativeFailure(doing: string, error: unknown): unknown {
  if (!(error instanceof Error) || isBerthError(error)) return error;
  const { code, syscall, path, step } = textsOf(error);
  const details = {
    ...(code === undefined ? {} : { errnoName: code }),
    ...(syscall === undefined ? {} : { syscall }),
    ...(path === undefined ? {} : { path }),
    ...(step === undefined ? {} : { step }),
    cause: error,
  };
  return new BerthError('SYSTEM', `${doing}: ${error.message}`, details);
}

function textsOf(error: Error): Readonly<Record<string, string>> {
  const entries = Object.entries({ ...error });
  return Object.fromEntries(
    entries.flatMap(([key, value]) => (typeof value === 'string' && value !== '' ? [[key, value]] : [])),
  );
}
