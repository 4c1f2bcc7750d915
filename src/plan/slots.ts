import type { Service } from '../stack/model.js';
import type { ContainerStatus, ObservedContainer, ObservedState } from './observed.js';

/** A container that has to go. */
export interface Removal {
  readonly container: ObservedContainer;
  readonly cause: string;
  /** another container of the same slot goes on with its anonymous volumes */
  readonly keepAnonymousVolumes: boolean;
}

/** The place of one replica: the container that counts, if any, and others that claim it. */
export interface Slot {
  readonly replica: number;
  readonly keep: ObservedContainer | null;
  readonly extras: readonly Removal[];
}

/** A process of it lives, or its shim will start one. */
export function isLive(status: ContainerStatus): boolean {
  return status === 'running' || status === 'paused' || status === 'restarting';
}

/**
 * Sorts the observed containers of a service into slots, by replica number. Of several that claim a slot the newest whole
 * one counts, as it does for containers that are made in its namespaces.
 */
export function slotsOf(service: Service, observed: ObservedState): Slot[] {
  const mine = observed.containers.filter((container) => container.service === service.name && !container.oneOff);
  const replicas = [...new Set(mine.map(({ replica }) => replica))].sort((a, b) => a - b);
  return replicas.map((replica) => {
    const claims = mine.filter((container) => container.replica === replica).sort(newestFirst);
    return slotOf(replica, claims);
  });
}

function slotOf(replica: number, claims: readonly ObservedContainer[]): Slot {
  const keep = claims.find((container) => unfinished(container) === null) ?? null;
  const extras = claims
    .filter((container) => container !== keep)
    .map((container) => ({ container, cause: extraCause(container, keep), keepAnonymousVolumes: keep !== null }));
  return { replica, keep, extras };
}

function extraCause(container: ObservedContainer, keep: ObservedContainer | null): string {
  return unfinished(container) ?? `replaced by ${keep?.id.slice(0, 12) ?? 'another container'}`;
}

/** Why a container is only a leftover; null: it is whole. */
export function unfinished(container: ObservedContainer): string | null {
  if (container.status === 'creating') return 'its creation was interrupted';
  if (container.status === 'dead') return 'its removal was interrupted';
  return null;
}

function newestFirst(a: ObservedContainer, b: ObservedContainer): number {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? 1 : -1;
  return a.id < b.id ? 1 : -1;
}
