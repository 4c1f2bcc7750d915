import type { Service } from '../stack/model.js';
import type { Decision, DecisionContext, Update } from './decision.js';
import type { ObservedContainer } from './observed.js';
import type { FieldChange } from './plan.js';
import { changeCauses, changesOf, followReasons, restartReasons, surroundingsReasons } from './reasons.js';
import { isLive } from './slots.js';

export type Judgement = Pick<Decision, 'verdict' | 'cause' | 'changes' | 'update' | 'note'>;

const keep: Judgement = { verdict: 'keep', cause: '', changes: [], update: null, note: null };

/** Decides what becomes of a container that is there and wanted. */
export function judge(
  container: ObservedContainer,
  service: Service,
  name: string,
  context: DecisionContext,
): Judgement {
  const changes = changesOf(container, service, context);
  const replacing = changes.filter((change) => change.class === 'replace');
  const unavoidable = [...shimReasons(container), ...followReasons(container, service, context)];
  const reasons = [
    ...shimReasons(container),
    ...changeCauses(replacing, container),
    ...(container.name === name || replacing.some(({ field }) => field === 'containerName') ? [] : ['name changed']),
    ...surroundingsReasons(container, service, context),
  ];
  if (context.options.forceRecreate && reasons.length === 0) reasons.push('recreation forced');
  if (unavoidable.length > 0 || (reasons.length > 0 && !context.options.noRecreate)) {
    return { ...keep, verdict: 'replace', cause: reasons.join('; '), changes };
  }
  // Half of a change can't be written: what is on record would say that all of it is in force.
  if (reasons.length === 0) return settle(container, service, changes, context);
  const note = `container ${container.name} is kept as it is, as asked: ${reasons.join('; ')}`;
  return { ...settle(container, service, [], context), note };
}

/** Decides about a running container of a service that wasn't asked for: it only follows others. */
export function judgeFollower(container: ObservedContainer, service: Service, context: DecisionContext): Judgement {
  if (!isLive(container.status)) return keep;
  const follows = followReasons(container, service, context);
  if (follows.length > 0) return { ...keep, verdict: 'replace', cause: follows.join('; ') };
  const restarts = restartReasons(service, context);
  return restarts.length > 0 ? { ...keep, verdict: 'restart', cause: restarts.join('; ') } : keep;
}

function shimReasons(container: ObservedContainer): string[] {
  return isLive(container.status) && !container.shimAlive ? ['shim gone'] : [];
}

/** A container that stays: settings are written, and it runs in the end. */
function settle(
  container: ObservedContainer,
  service: Service,
  changes: readonly FieldChange[],
  context: DecisionContext,
): Judgement {
  const update = updateOf(container, service, changes);
  const restarting = changes.filter((change) => change.class === 'restart');
  const restarts = [...changeCauses(restarting, container), ...restartReasons(service, context)];
  if (isLive(container.status)) {
    if (restarts.length > 0)
      return { ...keep, verdict: 'restart', cause: restarts.join('; '), changes: restarting, update };
    if (container.status === 'paused') return { ...keep, verdict: 'unpause', cause: 'paused', update };
    return { ...keep, update };
  }
  if (isCompleted(container, service, context)) return { ...keep, update };
  return { ...keep, verdict: 'start', cause: stoppedCause(container), update };
}

function updateOf(container: ObservedContainer, service: Service, changes: readonly FieldChange[]): Update | null {
  const isUnacknowledged = isLive(container.status) && container.acknowledged < container.generation;
  if (changes.length === 0 && !isUnacknowledged) return null;
  const causes = [...changeCauses(changes, container), ...(isUnacknowledged ? ['settings were not taken up'] : [])];
  const touchesLimits = isUnacknowledged || changes.some(({ field }) => field.startsWith('resources.'));
  return { cause: causes.join('; '), changes, resources: touchesLimits ? service.resources : null };
}

/** A one-shot that did its work: others wait for it to end, so running it again would be wrong. */
function isCompleted(container: ObservedContainer, service: Service, context: DecisionContext): boolean {
  return context.oneShots.has(service.name) && container.status === 'exited' && container.exitCode === 0;
}

function stoppedCause(container: ObservedContainer): string {
  if (container.status === 'created') return 'not started';
  const code = container.exitCode === null ? 'exited' : `exited ${container.exitCode}`;
  return `not running (${code}${container.oomKilled ? ', out of memory' : ''}${container.manuallyStopped ? ', stopped by hand' : ''})`;
}
