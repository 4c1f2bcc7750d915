import { BerthError, isBerthError, messageOf } from '../errors.js';
import type { Action, Step } from '../plan/plan.js';

const doing: { readonly [K in Action['kind']]: string } = {
  buildImage: 'build',
  createVolume: 'create',
  removeVolume: 'remove',
  createContainer: 'create',
  startContainer: 'start',
  stopContainer: 'stop',
  removeContainer: 'remove',
  updateContainer: 'update',
  pauseContainer: 'pause',
  unpauseContainer: 'unpause',
  waitForCondition: 'wait for',
  removeImage: 'remove',
};

/** The failure of a step: what was being done to which resource, then the reason as it came. Keeps errno and hint. */
export function stepError(step: Step, cause: unknown): BerthError {
  const message = `${doing[step.action.kind]} ${step.on}: ${messageOf(cause)}`;
  const details = { ...systemDetails(cause), ...(isBerthError(cause) ? cause.details : {}) };
  return new BerthError('STEP', message, { step: step.action.kind, ...details, cause });
}

/** What a refused system call leaves on Node's own errors. */
function systemDetails(cause: unknown): { errnoName?: string; syscall?: string; path?: string; step?: string } {
  if (!(cause instanceof Error)) return {};
  return {
    ...('code' in cause && typeof cause.code === 'string' && !isBerthError(cause) ? { errnoName: cause.code } : {}),
    ...('syscall' in cause && typeof cause.syscall === 'string' ? { syscall: cause.syscall } : {}),
    // Of the addon: what of a container's set-up was refused.
    ...('step' in cause && typeof cause.step === 'string' && cause.step !== '' ? { step: cause.step } : {}),
    ...('path' in cause && typeof cause.path === 'string' ? { path: cause.path } : {}),
  };
}
