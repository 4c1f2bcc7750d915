import type { Dependency } from '../stack/model.js';
import type { Decision, ServiceDecisions } from './decision.js';
import { containerId, type Drafts, identityOf } from './drafts.js';
import { type Draft, draftStep } from './graph.js';
import type { Builds } from './images.js';
import { needsOf, sharedNamespaces } from './order.js';
import { volumeKeys } from './volumes.js';

/** A service's decisions and the steps that came of them: for each replica, then for what is removed. */
export interface ServiceDrafts {
  readonly decisions: ServiceDecisions;
  readonly replicas: readonly { readonly decision: Decision; readonly drafts: Drafts }[];
  readonly removals: readonly Pick<Drafts, 'stops' | 'removes'>[];
}

export interface LinkContext {
  readonly byService: ReadonlyMap<string, ServiceDrafts>;
  readonly builds: Builds;
  readonly volumes: ReadonlyMap<string, Draft>;
  /** false: `depends_on` is not looked at */
  readonly waitForDependencies: boolean;
}

/** Puts the steps of different services into order: made after what they are made of, stopped last to first, started first to last. */
export function linkServices(context: LinkContext): void {
  const waits = new Map<string, Draft>();
  for (const drafts of context.byService.values()) {
    linkCreates(drafts, context);
    linkStops(drafts, context);
    linkOwners(drafts, context);
    if (context.waitForDependencies) linkDependencies(drafts, context, waits);
  }
}

function linkCreates({ decisions: { service }, replicas }: ServiceDrafts, context: LinkContext): void {
  const volumes = volumeKeys(service).map((key) => context.volumes.get(key));
  const owners = sharedNamespaces(service).map(({ owner }) => ownerDrafts(owner, context)?.create);
  const parts = [context.builds.get(service.image), ...volumes, ...owners];
  for (const { drafts } of replicas) addAll(drafts.create, parts);
}

/** A service stops only when everything that needs it has. */
function linkStops(drafts: ServiceDrafts, context: LinkContext): void {
  const stops = stopsOf(drafts);
  for (const need of needsOf(drafts.decisions.service)) {
    const needed = context.byService.get(need);
    if (needed !== undefined) for (const stop of stopsOf(needed)) addAll(stop, stops);
  }
}

export function stopsOf({ replicas, removals }: Pick<ServiceDrafts, 'replicas' | 'removals'>): Draft[] {
  return [...replicas.flatMap(({ drafts }) => drafts.stops), ...removals.flatMap(({ stops }) => stops)];
}

/** A namespace is there to be joined once its owner has started. */
function linkOwners({ decisions: { service }, replicas }: ServiceDrafts, context: LinkContext): void {
  const owners = sharedNamespaces(service).map(({ owner }) => ownerDrafts(owner, context)?.start);
  for (const { drafts } of replicas) addAll(drafts.start, owners);
}

function ownerDrafts(owner: string, context: LinkContext): Drafts | null {
  return context.byService.get(owner)?.replicas[0]?.drafts ?? null;
}

function linkDependencies(
  { decisions: { service }, replicas }: ServiceDrafts,
  context: LinkContext,
  waits: Map<string, Draft>,
): void {
  const starts = replicas.flatMap(({ drafts }) => drafts.start ?? []);
  if (starts.length === 0) return;
  for (const [name, dependency] of Object.entries(service.dependsOn)) {
    const needed = context.byService.get(name);
    if (needed === undefined) continue;
    const conditions = needed.replicas.flatMap((replica) => conditionOf(replica, needed, dependency, waits) ?? []);
    for (const start of starts) for (const condition of conditions) addCondition(start, condition, dependency);
  }
}

function addCondition(start: Draft, condition: Draft, dependency: Dependency): void {
  (dependency.required ? start.after : start.afterSettled).add(condition);
}

/** The step after which a dependency's condition holds for one container; null: it holds already. */
function conditionOf(
  { decision, drafts }: ServiceDrafts['replicas'][number],
  { decisions: { selected } }: ServiceDrafts,
  { condition }: Dependency,
  waits: Map<string, Draft>,
): Draft | null {
  if (condition === 'service_started') return drafts.start;
  if (drafts.start === null && (!selected || holds(decision, condition))) return null;
  const on = containerId(decision.service.name, decision.replica);
  const known = waits.get(`${on} ${condition}`);
  if (known !== undefined) return known;
  const cause = condition === 'service_healthy' ? 'others need it healthy' : 'others need it completed';
  const action = { kind: 'waitForCondition' as const, container: identityOf(decision), condition };
  const wait = draftStep(on, action, cause, drafts.start === null ? [] : [drafts.start]);
  waits.set(`${on} ${condition}`, wait);
  return wait;
}

function holds({ container }: Decision, condition: Dependency['condition']): boolean {
  if (container === null) return false;
  if (condition === 'service_completed_successfully') return container.status === 'exited' && container.exitCode === 0;
  return container.status === 'running' && container.health === 'healthy';
}

function addAll(draft: Draft | null, earlier: readonly (Draft | null | undefined)[]): void {
  for (const one of earlier) if (one !== null && one !== undefined) draft?.after.add(one);
}
