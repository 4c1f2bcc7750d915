import type { Stack } from '../stack/model.js';
import type { DecisionContext, ServiceDecisions } from './decision.js';
import { draftDecision, draftRemoval } from './drafts.js';
import { type Draft, numberSteps } from './graph.js';
import { planImages } from './images.js';
import { linkServices, type ServiceDrafts } from './links.js';
import type { ObservedState } from './observed.js';
import { defaultPlanOptions, type PlanOptions, type PlanRefusal, type Refusal } from './options.js';
import { dependencyOrder, selectServices } from './order.js';
import { planOrphans } from './orphans.js';
import type { Plan } from './plan.js';
import { refuseOptions, refuseService } from './refusals.js';
import { decideService } from './services.js';
import { planVolumes } from './volumes.js';

/**
 * Plans the way from what is observed to what the stack file says. Pure: the same input gives the same plan, whatever the
 * order of its keys. All reasons against a plan are told at once.
 */
export function plan(stack: Stack, observed: ObservedState, asked: Partial<PlanOptions> = {}): Plan | PlanRefusal {
  const options = { ...defaultPlanOptions, ...asked };
  const wrong = refuseOptions(stack, options);
  if (wrong.length > 0) return { refused: wrong };

  const selected = selectServices(stack.services, options.services, options.noDeps);
  const context = contextOf(stack, observed, options, selected);
  const { decided, refusals } = decideServices(context, selected, options);
  const refused = [...context.volumes.refusals, ...refusals];
  if (refused.length > 0) return { refused };

  const orphans = planOrphans(stack, observed, options);
  const drafts = [
    ...context.builds.values(),
    ...context.volumes.creates.values(),
    ...draftServices(decided, context),
    ...orphans.removals.flatMap(({ stops, removes }) => [...stops, ...removes]),
  ];
  const notes = [...(observed.notes ?? []), ...context.volumes.notes, ...keptNotes(decided), ...orphans.notes];
  return { format: 1, stack: stack.name, serial: observed.serial, steps: numberSteps(drafts), notes };
}

function contextOf(
  stack: Stack,
  observed: ObservedState,
  options: PlanOptions,
  selected: ReadonlySet<string>,
): Omit<DecisionContext, 'decided'> {
  const dependencies = Object.values(stack.services).flatMap((service) => Object.entries(service.dependsOn));
  const awaited = dependencies.filter(([, { condition }]) => condition === 'service_completed_successfully');
  return {
    stack,
    observed,
    options,
    builds: planImages(stack, observed, options, selected),
    volumes: planVolumes(stack, observed, selected),
    oneShots: new Set(awaited.map(([name]) => name)),
  };
}

interface Decided {
  readonly decided: ReadonlyMap<string, ServiceDecisions>;
  readonly refusals: readonly Refusal[];
}

/** Decides service by service, dependencies first: what becomes of them decides about those that need them. */
function decideServices(
  base: Omit<DecisionContext, 'decided'>,
  selected: ReadonlySet<string>,
  options: PlanOptions,
): Decided {
  const decided = new Map<string, ServiceDecisions>();
  const refusals: Refusal[] = [];
  const asked = new Set(options.services.length === 0 ? selected : options.services);
  for (const name of dependencyOrder(base.stack.services)) {
    const service = base.stack.services[name];
    if (service === undefined) continue;
    const forceRecreate = options.forceRecreate && asked.has(name);
    const context = { ...base, options: { ...options, forceRecreate }, decided };
    const decisions = decideService(service, selected.has(name), context);
    decided.set(name, decisions);
    refusals.push(...refuseService(decisions, context));
  }
  return { decided, refusals };
}

function draftServices(
  decided: ReadonlyMap<string, ServiceDecisions>,
  context: Omit<DecisionContext, 'decided'>,
): Draft[] {
  const { options, builds, volumes } = context;
  const byService = new Map<string, ServiceDrafts>();
  for (const [name, decisions] of decided) {
    byService.set(name, {
      decisions,
      replicas: decisions.replicas.map((decision) => ({ decision, drafts: draftDecision(decision, options) })),
      removals: decisions.removals.map((removal) => draftRemoval(removal, options)),
    });
  }
  linkServices({ byService, builds, volumes: volumes.creates, waitForDependencies: options.start && !options.noDeps });
  return [...byService.values()].flatMap(listDrafts);
}

/** The steps of a service in the order that reads best; what they come after moves to their front. */
function listDrafts({ replicas, removals }: ServiceDrafts): Draft[] {
  const kept = replicas.flatMap(({ drafts: { create, stops, removes, update, start } }) =>
    [create, ...stops, ...removes, update, start].flatMap((draft) => draft ?? []),
  );
  return [...kept, ...removals.flatMap(({ stops, removes }) => [...stops, ...removes])];
}

function keptNotes(decided: ReadonlyMap<string, ServiceDecisions>): string[] {
  return [...decided.values()].flatMap(({ replicas }) => replicas.flatMap(({ note }) => note ?? []));
}
