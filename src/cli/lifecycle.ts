import type { ObservedContainer } from '../plan/observed.js';
import type { Action, ContainerIdentity, ContainerRef, Plan, Step } from '../plan/plan.js';

/**
 * Plans of the commands that change the state of containers that are there: `start`, `stop`, `restart`, `rm`, `pause`,
 * `unpause`, `boot`. They don't compare anything with a file, but are carried out, shown and interrupted as every plan.
 */
export interface LifecycleOptions {
  readonly stack: string;
  readonly serial: number;
  readonly cause: string;
}

/** A step before it has a number; `after` names other drafts. */
interface Draft {
  readonly on: string;
  readonly action: Action;
  readonly after: Draft[];
}

/** Stops containers, those that depend on others first. */
export function planStop(
  containers: readonly ObservedContainer[],
  timeoutMs: number | null,
  options: LifecycleOptions,
): Plan {
  return toPlan([...stopDrafts(containers, timeoutMs).values()], options);
}

/** Starts containers, each when what it depends on among all of `stack` meets its condition. */
export function planStart(
  containers: readonly ObservedContainer[],
  all: readonly ObservedContainer[],
  options: LifecycleOptions,
): Plan {
  return toPlan(startDrafts(containers, all, new Map()), options);
}

/** Stops containers and, once all dependents have stopped, starts them again in order. */
export function planRestart(
  containers: readonly ObservedContainer[],
  all: readonly ObservedContainer[],
  timeoutMs: number | null,
  options: LifecycleOptions,
): Plan {
  const stops = stopDrafts(containers.filter(isLive), timeoutMs);
  return toPlan([...stops.values(), ...startDrafts(containers, all, stops)], options);
}

/** Removes containers; with `stop`, live ones are stopped first. */
export function planRemove(
  containers: readonly ObservedContainer[],
  stop: boolean,
  removeAnonymousVolumes: boolean,
  options: LifecycleOptions,
): Plan {
  const stops = stop ? stopDrafts(containers.filter(isLive), null) : new Map<string, Draft>();
  const removals = containers.map((container): Draft => {
    const action: Action = { kind: 'removeContainer', container: ref(container), removeAnonymousVolumes };
    return { on: resourceOf(container), action, after: present([stops.get(container.id)]) };
  });
  return toPlan([...stops.values(), ...removals], options);
}

/** Freezes or thaws containers. */
export function planPause(
  containers: readonly ObservedContainer[],
  kind: 'pauseContainer' | 'unpauseContainer',
  options: LifecycleOptions,
): Plan {
  const drafts = containers.map((container): Draft => {
    return { on: resourceOf(container), action: { kind, container: ref(container) }, after: [] };
  });
  return toPlan(drafts, options);
}

/**
 * True where a process lives, or will be started again by the shim. What a killed shim claimed is over; a status that was
 * checked comes without `shimAlive`.
 */
export function isLive({
  status,
  shimAlive = true,
}: Pick<ObservedContainer, 'status'> & Partial<Pick<ObservedContainer, 'shimAlive'>>): boolean {
  return shimAlive && (status === 'running' || status === 'paused' || status === 'restarting');
}

/**
 * The containers that a start of `chosen` takes along: all that they depend on, as docker compose does, but a job that
 * has done its work is not done again. Transitive.
 */
export function withDependencies(
  chosen: readonly ObservedContainer[],
  all: readonly ObservedContainer[],
): readonly ObservedContainer[] {
  const taken = new Set(chosen);
  // A set's iteration comes to what is added on the way.
  for (const container of taken) {
    for (const other of all) if (dependsOn(container, other) && !hasCompleted(container, other)) taken.add(other);
  }
  return [...taken];
}

function hasCompleted(container: ObservedContainer, dependency: ObservedContainer): boolean {
  const condition = container.applied.dependsOn[dependency.service]?.condition;
  return condition === 'service_completed_successfully' && dependency.status === 'exited' && dependency.exitCode === 0;
}

/**
 * The containers that a restart of `chosen` takes along: services whose `depends_on` says `restart: true`, and those in a
 * pid namespace that ends with its owner. Transitive.
 */
export function withRestarted(
  chosen: readonly ObservedContainer[],
  all: readonly ObservedContainer[],
): readonly ObservedContainer[] {
  const taken = new Set(chosen);
  for (let before = -1; before !== taken.size; ) {
    before = taken.size;
    for (const container of all) {
      if (!taken.has(container) && isLive(container) && [...taken].some((other) => restartsWith(container, other))) {
        taken.add(container);
      }
    }
  }
  return [...taken];
}

function restartsWith(container: ObservedContainer, other: ObservedContainer): boolean {
  return container.joined.pid === other.id || container.applied.dependsOn[other.service]?.restart === true;
}

function stopDrafts(containers: readonly ObservedContainer[], timeoutMs: number | null): Map<string, Draft> {
  const drafts = new Map<string, Draft>();
  for (const container of containers) {
    const action: Action = { kind: 'stopContainer', container: ref(container), timeoutMs };
    drafts.set(container.id, { on: resourceOf(container), action, after: [] });
  }
  for (const container of containers) {
    const dependents = containers.filter((other) => other !== container && dependsOn(other, container));
    drafts.get(container.id)?.after.push(...present(dependents.map((other) => drafts.get(other.id))));
  }
  return drafts;
}

function startDrafts(
  containers: readonly ObservedContainer[],
  all: readonly ObservedContainer[],
  stops: ReadonlyMap<string, Draft>,
): Draft[] {
  const starts = new Map<string, Draft>();
  for (const container of containers) {
    const action: Action = { kind: 'startContainer', container: identity(container) };
    starts.set(container.id, { on: resourceOf(container), action, after: present([stops.get(container.id)]) });
  }
  const waits = new Map<string, Draft>();
  for (const container of containers) {
    const dependencies = all.filter((other) => other !== container && dependsOn(container, other));
    const needed = dependencies.map((other) => waitDraft(container, other, starts, waits) ?? starts.get(other.id));
    starts.get(container.id)?.after.push(...present(needed));
  }
  return [...starts.values(), ...waits.values()];
}

/** A wait for a dependency's condition, shared by all that need it; null where being started is enough. */
function waitDraft(
  container: ObservedContainer,
  dependency: ObservedContainer,
  starts: ReadonlyMap<string, Draft>,
  waits: Map<string, Draft>,
): Draft | null {
  const condition = container.applied.dependsOn[dependency.service]?.condition ?? 'service_started';
  if (condition === 'service_started') return null;
  const key = `${dependency.id} ${condition}`;
  const known = waits.get(key);
  if (known) return known;
  const action: Action = { kind: 'waitForCondition', container: identity(dependency), condition };
  const draft: Draft = { on: resourceOf(dependency), action, after: present([starts.get(dependency.id)]) };
  waits.set(key, draft);
  return draft;
}

/** `depends_on`, or a namespace that is joined. */
function dependsOn(container: ObservedContainer, other: ObservedContainer): boolean {
  return other.service in container.applied.dependsOn || Object.values(container.joined).includes(other.id);
}

/** Numbers drafts so that each comes after those it waits for. */
function toPlan(drafts: readonly Draft[], { stack, serial, cause }: LifecycleOptions): Plan {
  const ids = new Map<Draft, number>();
  const steps: Step[] = [];
  const place = (draft: Draft): number => {
    const known = ids.get(draft);
    if (known !== undefined) return known;
    // 0 while its own dependencies are placed: containers of different revisions can depend on each other in a circle.
    ids.set(draft, 0);
    const after = draft.after.map(place).filter((id) => id > 0);
    after.sort((a, b) => a - b);
    const id = steps.length + 1;
    ids.set(draft, id);
    steps.push({ id, on: draft.on, action: draft.action, cause, changes: [], after });
    return id;
  };
  for (const draft of drafts) place(draft);
  return { format: 1, stack, serial, steps, notes: [] };
}

function present(drafts: readonly (Draft | undefined)[]): Draft[] {
  return drafts.filter((draft) => draft !== undefined);
}

function ref({ id, name }: ObservedContainer): ContainerRef {
  return { id, name };
}

function identity({ id, name, service, replica }: ObservedContainer): ContainerIdentity {
  return { id, name, service, replica };
}

function resourceOf(container: ObservedContainer): string {
  return container.oneOff ? `container:${container.name}` : `service:${container.service}:${container.replica}`;
}
