import { assertNever } from '../../errors.js';
import type { Action } from '../../plan/plan.js';

/** A step in words: `container shop-web-1`, `starting`, `started`. */
export interface StepText {
  readonly subject: string;
  readonly doing: string;
  readonly done: string;
}

/** Words for a step. */
export function describeAction(action: Action): StepText {
  switch (action.kind) {
    case 'buildImage':
      return words(`image ${action.image}`, 'building', 'built');
    case 'removeImage':
      return words(`image ${action.image}`, 'removing', 'removed');
    case 'createVolume':
      return words(`volume ${action.volume.name}`, 'creating', 'created');
    case 'removeVolume':
      return words(`volume ${action.name}`, 'removing', 'removed');
    case 'waitForCondition':
      return words(`container ${action.container.name}`, 'waiting', waitedFor(action.condition));
    default:
      return describeContainerAction(action);
  }
}

type ContainerAction = Exclude<
  Action,
  { kind: 'buildImage' | 'removeImage' | 'createVolume' | 'removeVolume' | 'waitForCondition' }
>;

function describeContainerAction(action: ContainerAction): StepText {
  const subject = `container ${action.container.name}`;
  switch (action.kind) {
    case 'createContainer':
      return words(subject, 'creating', 'created');
    case 'startContainer':
      return words(subject, 'starting', 'started');
    case 'stopContainer':
      return words(subject, 'stopping', 'stopped');
    case 'removeContainer':
      return words(subject, 'removing', 'removed');
    case 'updateContainer':
      return words(subject, 'updating', 'updated');
    case 'pauseContainer':
      return words(subject, 'pausing', 'paused');
    case 'unpauseContainer':
      return words(subject, 'unpausing', 'unpaused');
    default:
      return assertNever(action);
  }
}

function words(subject: string, doing: string, done: string): StepText {
  return { subject, doing, done };
}

function waitedFor(condition: string): string {
  if (condition === 'service_healthy') return 'healthy';
  return condition === 'service_started' ? 'started' : 'completed';
}
