import type { Stack } from '../stack/model.js';
import { type Drafts, draftRemoval } from './drafts.js';
import type { ObservedContainer, ObservedState } from './observed.js';
import type { PlanOptions } from './options.js';
import { isLive, unfinished } from './slots.js';

export interface OrphanPlan {
  readonly removals: readonly Pick<Drafts, 'stops' | 'removes'>[];
  readonly notes: readonly string[];
}

/**
 * Containers of the stack that no service of the file accounts for: of services that are gone, and what an interrupted
 * `run` left behind. A one-off container that is whole belongs to who runs it.
 */
export function planOrphans(stack: Stack, observed: ObservedState, options: PlanOptions): OrphanPlan {
  const strays = observed.containers.filter(
    ({ oneOff, service }) => oneOff || !(stack.services[service] || stack.disabled.includes(service)),
  );
  const sorted = strays.sort((a, b) => (a.name + a.id < b.name + b.id ? -1 : 1));
  const going = sorted.flatMap((container) => {
    const cause = strayCause(container, options.removeOrphans);
    return cause === null ? [] : [{ container, cause, keepAnonymousVolumes: false }];
  });
  const left = sorted.filter((container) => !container.oneOff && strayCause(container, options.removeOrphans) === null);
  return { removals: going.map((removal) => draftRemoval(removal, options)), notes: left.map(orphanNote) };
}

function strayCause(container: ObservedContainer, removeOrphans: boolean): string | null {
  const leftover = unfinished(container);
  if (leftover !== null || container.oneOff) return leftover;
  return removeOrphans ? 'its service is gone from the file' : null;
}

export function orphanNote(container: ObservedContainer): string {
  const state = isLive(container.status) ? 'runs on' : 'stays';
  return `container ${container.name} ${state}, but the file has no service ${container.service}: remove it with --remove-orphans`;
}
