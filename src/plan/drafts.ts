import type { Decision } from './decision.js';
import { type Draft, draftStep } from './graph.js';
import type { ObservedContainer } from './observed.js';
import type { ContainerIdentity, ResourceId } from './plan.js';
import { isLive, type Removal } from './slots.js';

/** The steps of one container's place, by what they do, so that others can be put before or behind them. */
export interface Drafts {
  readonly create: Draft | null;
  readonly stops: readonly Draft[];
  readonly removes: readonly Draft[];
  readonly update: Draft | null;
  readonly start: Draft | null;
}

export interface DraftOptions {
  readonly start: boolean;
  readonly timeoutMs: number | null;
}

export function containerId(service: string, replica: number): ResourceId {
  return `service:${service}:${replica}`;
}

/** The container that a decision ends with; id null: this plan makes it. */
export function identityOf(decision: Decision): ContainerIdentity {
  const isNew = decision.verdict === 'create' || decision.verdict === 'replace';
  const { name, replica, service, container } = decision;
  return { name, service: service.name, replica, id: isNew || container === null ? null : container.id };
}

/** All steps of a decision, with the order among themselves. */
export function draftDecision(decision: Decision, options: DraftOptions): Drafts {
  const create = draftCreate(decision);
  const gone = decision.extras.map((extra) => draftRemoval(extra, options, create));
  const own = draftStop(decision, options, create);
  const stops = [...own.stops, ...gone.flatMap((removal) => removal.stops)];
  const removes = [...own.removes, ...gone.flatMap((removal) => removal.removes)];
  const update = draftUpdate(decision, stops);
  const start = options.start ? draftStart(decision) : null;
  // What holds the place must have stopped; a container without a shim is stopped by its removal only.
  const cleared = stops.length > 0 ? stops : removes;
  for (const earlier of [create, update, ...cleared]) if (earlier !== null) start?.after.add(earlier);
  return { create, stops, removes, update, start };
}

/** The stop, if it lives, and the removal of a container. */
export function draftRemoval(
  removal: Removal,
  options: Pick<DraftOptions, 'timeoutMs'>,
  before: Draft | null = null,
): Pick<Drafts, 'stops' | 'removes'> {
  const { container, cause, keepAnonymousVolumes } = removal;
  const on = resourceOf(container);
  const ref = { id: container.id, name: container.name };
  const first = before === null ? [] : [before];
  const stops = canStop(container)
    ? [draftStep(on, { kind: 'stopContainer', container: ref, timeoutMs: options.timeoutMs }, cause, first)]
    : [];
  const remove = draftStep(
    on,
    { kind: 'removeContainer', container: ref, removeAnonymousVolumes: !keepAnonymousVolumes },
    cause,
    stops.length > 0 ? stops : first,
  );
  return { stops, removes: [remove] };
}

/** A container of a service by its number, one of `run` by its name. */
export function resourceOf(container: ObservedContainer): ResourceId {
  return container.oneOff ? `container:${container.name}` : containerId(container.service, container.replica);
}

/** Only a shim can stop a container; without one nothing is left that a removal doesn't end. */
function canStop(container: ObservedContainer): boolean {
  return isLive(container.status) && container.shimAlive;
}

function draftCreate(decision: Decision): Draft | null {
  if (decision.verdict !== 'create' && decision.verdict !== 'replace') return null;
  const { service, cause, changes, container } = decision;
  const replaces = container === null ? {} : { replaces: container.id };
  const action = { kind: 'createContainer' as const, container: identityOf(decision), service, ...replaces };
  return draftStep(containerId(service.name, decision.replica), action, cause, [], changes);
}

function draftStop(decision: Decision, options: DraftOptions, create: Draft | null): Pick<Drafts, 'stops' | 'removes'> {
  const { verdict, container, cause } = decision;
  if (container === null) return { stops: [], removes: [] };
  if (verdict === 'replace') {
    return draftRemoval({ container, cause: 'replaced', keepAnonymousVolumes: true }, options, create);
  }
  if (verdict !== 'restart') return { stops: [], removes: [] };
  const action = {
    kind: 'stopContainer' as const,
    container: { id: container.id, name: container.name },
    timeoutMs: options.timeoutMs,
  };
  return { stops: [draftStep(resourceOf(container), action, cause, [], decision.changes)], removes: [] };
}

function draftUpdate(decision: Decision, stops: readonly Draft[]): Draft | null {
  const { update, container, service } = decision;
  if (update === null || container === null) return null;
  const action = {
    kind: 'updateContainer' as const,
    container: { id: container.id, name: container.name },
    service,
    resources: update.resources,
  };
  const after = decision.verdict === 'restart' ? stops : [];
  return draftStep(containerId(service.name, decision.replica), action, update.cause, after, update.changes);
}

function draftStart(decision: Decision): Draft | null {
  const on = containerId(decision.service.name, decision.replica);
  const { verdict, container } = decision;
  if (verdict === 'keep') return null;
  if (verdict === 'unpause' && container !== null) {
    return draftStep(
      on,
      { kind: 'unpauseContainer', container: { id: container.id, name: container.name } },
      decision.cause,
    );
  }
  const cause = startCauses[verdict] ?? decision.cause;
  return draftStep(on, { kind: 'startContainer', container: identityOf(decision) }, cause);
}

const startCauses: Readonly<Record<string, string>> = { create: 'created', replace: 'created' };
