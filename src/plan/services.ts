import type { Service } from '../stack/model.js';
import type { Decision, DecisionContext, ServiceDecisions } from './decision.js';
import { judge, judgeFollower } from './judge.js';
import { type Removal, type Slot, slotsOf } from './slots.js';

/** Decides about all containers of one service. */
export function decideService(service: Service, selected: boolean, context: DecisionContext): ServiceDecisions {
  const slots = slotsOf(service, context.observed);
  const taken = slots.filter((slot) => slot.keep !== null);
  const count = selected ? wantedCount(service, context) : taken.length;
  const staying = taken.slice(0, count);
  const replicas = [
    ...staying.map((slot) => decideSlot(service, slot, selected, context)),
    ...freeNumbers(staying, count - staying.length).map((replica) => createReplica(service, replica, slots, context)),
  ];
  const reused = new Set(replicas.map(({ replica }) => replica));
  const going = selected ? slots.filter((slot) => !reused.has(slot.replica)) : [];
  return {
    service,
    selected,
    replicas: replicas.sort((a, b) => a.replica - b.replica),
    removals: going.flatMap((slot) => removeSlot(slot, count)),
  };
}

export function wantedCount(service: Service, context: Pick<DecisionContext, 'options'>): number {
  return context.options.scale[service.name] ?? service.replicas;
}

function decideSlot(service: Service, slot: Slot, selected: boolean, context: DecisionContext): Decision {
  const { keep: container, replica } = slot;
  const name = containerName(service, replica, context.stack.name);
  if (container === null) return createReplica(service, replica, [slot], context);
  const judgement = selected ? judge(container, service, name, context) : judgeFollower(container, service, context);
  return { ...judgement, service, name, replica, container, extras: selected ? slot.extras : [] };
}

function createReplica(service: Service, replica: number, slots: readonly Slot[], context: DecisionContext): Decision {
  return {
    service,
    name: containerName(service, replica, context.stack.name),
    replica,
    container: null,
    verdict: 'create',
    cause: 'not found',
    changes: [],
    update: null,
    note: null,
    extras: slots.find((slot) => slot.replica === replica)?.extras ?? [],
  };
}

/** `<stack>-<service>-<n>`, as docker compose names them. */
function containerName(service: Service, replica: number, stack: string): string {
  return service.containerName ?? `${stack}-${service.name}-${replica}`;
}

/** The lowest numbers that no container holds. */
function freeNumbers(staying: readonly Slot[], count: number): number[] {
  const held = new Set(staying.map(({ replica }) => replica));
  const free: number[] = [];
  for (let replica = 1; free.length < count; replica++) if (!held.has(replica)) free.push(replica);
  return free;
}

function removeSlot(slot: Slot, count: number): Removal[] {
  const extras = slot.extras.map((extra) => ({ ...extra, keepAnonymousVolumes: false }));
  if (slot.keep === null) return extras;
  return [...extras, { container: slot.keep, cause: `scaled to ${count}`, keepAnonymousVolumes: false }];
}
