import type { ObservedContainer, ObservedState } from './observed.js';
import { sharedNamespaces } from './order.js';
import type { ActionArgs, ContainerIdentity, Plan, Step } from './plan.js';
import { unfinished } from './slots.js';

/** What an action makes of the state, as far as planning can see it. */
type Effects = {
  readonly [K in keyof ActionArgs]: (state: ObservedState, args: ActionArgs[K], step: Step) => ObservedState;
};

/**
 * The state after a plan whose steps all succeeded. It tells nothing about the world: it says what the planner takes its
 * own actions to mean, so that plans can be checked by planning again.
 */
export function applyToModel(plan: Plan, state: ObservedState): ObservedState {
  return plan.steps.reduce(effectOf, { ...state, serial: state.serial + (plan.steps.length > 0 ? 1 : 0) });
}

/** The state after one step. */
export function effectOf(state: ObservedState, step: Step): ObservedState {
  const { action } = step;
  switch (action.kind) {
    case 'buildImage':
      return effects.buildImage(state, action, step);
    case 'createVolume':
      return effects.createVolume(state, action, step);
    case 'removeVolume':
      return effects.removeVolume(state, action, step);
    case 'createContainer':
      return effects.createContainer(state, action, step);
    case 'startContainer':
      return effects.startContainer(state, action, step);
    case 'stopContainer':
      return effects.stopContainer(state, action, step);
    case 'removeContainer':
      return effects.removeContainer(state, action, step);
    case 'updateContainer':
      return effects.updateContainer(state, action, step);
    case 'pauseContainer':
      return effects.pauseContainer(state, action, step);
    case 'unpauseContainer':
      return effects.unpauseContainer(state, action, step);
    case 'waitForCondition':
      return effects.waitForCondition(state, action, step);
    case 'removeImage':
      return effects.removeImage(state, action, step);
  }
}

const effects: Effects = {
  buildImage: (state, { image }, step) => ({
    ...state,
    images: {
      ...state.images,
      [image]: { id: `sha256:built-${image}-${state.serial}-${step.id}`, inputs: 'built', usedElsewhere: [] },
    },
  }),
  createVolume: (state, { volume }) => ({
    ...state,
    volumes: [
      ...state.volumes.filter(({ name }) => name !== volume.name),
      {
        name: volume.name,
        stack: state.stack,
        key: volume.key,
        present: true,
        anonymous: false,
        definition: volume,
        usedBy: [],
      },
    ],
  }),
  removeVolume: (state, { name }) => ({ ...state, volumes: state.volumes.filter((volume) => volume.name !== name) }),
  createContainer: createContainer,
  startContainer: (state, { container }) =>
    change(state, find(state, container)?.id, (one) => ({
      status: 'running',
      shimAlive: true,
      pid: 1,
      exitCode: null,
      manuallyStopped: false,
      acknowledged: one.generation,
      drift: [],
    })),
  stopContainer: (state, { container }) =>
    change(state, container.id, () => ({ status: 'exited', pid: null, exitCode: 143, health: 'none' })),
  removeContainer: (state, { container }) => ({
    ...state,
    containers: state.containers.filter(({ id }) => id !== container.id),
    volumes: state.volumes.map((volume) => ({ ...volume, usedBy: volume.usedBy.filter((id) => id !== container.id) })),
  }),
  updateContainer: (state, { container, service }) =>
    change(state, container.id, (one) => ({
      applied: service,
      generation: one.generation + 1,
      acknowledged: one.generation + 1,
      drift: [],
    })),
  pauseContainer: (state, { container }) => change(state, container.id, () => ({ status: 'paused' })),
  unpauseContainer: (state, { container }) => change(state, container.id, () => ({ status: 'running' })),
  waitForCondition: (state, { container, condition }) =>
    change(state, find(state, container)?.id, () =>
      condition === 'service_completed_successfully'
        ? { status: 'exited', pid: null, exitCode: 0 }
        : { health: condition === 'service_healthy' ? 'healthy' : 'none' },
    ),
  removeImage: (state, { image }) => ({
    ...state,
    images: Object.fromEntries(Object.entries(state.images).filter(([name]) => name !== image)),
  }),
};

function createContainer(
  state: ObservedState,
  { container, service }: ActionArgs['createContainer'],
  step: Step,
): ObservedState {
  const id = `${state.serial}${String(step.id).padStart(4, '0')}`.padStart(64, 'f');
  const created: ObservedContainer = {
    id,
    name: container.name,
    stack: state.stack,
    service: service.name,
    replica: container.replica,
    oneOff: false,
    status: 'created',
    shimAlive: true,
    pid: null,
    health: 'none',
    exitCode: null,
    oomKilled: false,
    manuallyStopped: false,
    createdAt: newestTime(state),
    startedAt: null,
    finishedAt: null,
    restartCount: 0,
    applied: service,
    imageId: state.images[service.image]?.id ?? '',
    joined: joinedBy(state, service),
    generation: 1,
    acknowledged: 0,
    drift: [],
  };
  const mounted = new Set(service.mounts.map((mount) => (mount.type === 'volume' ? mount.volume : null)));
  const volumes = state.volumes.map((volume) =>
    volume.key !== null && mounted.has(volume.key) ? { ...volume, usedBy: [...volume.usedBy, id] } : volume,
  );
  return { ...state, containers: [...state.containers, created], volumes };
}

/** A time after all others: one that begins with the latest and goes on is greater as text. */
function newestTime({ containers }: ObservedState): string {
  return `${
    containers
      .map(({ createdAt }) => createdAt)
      .sort()
      .at(-1) ?? ''
  }+`;
}

/** The newest container of a name: while one is replaced, the new one is meant. */
function find(state: ObservedState, { id, name }: ContainerIdentity): ObservedContainer | undefined {
  const named = state.containers.filter((one) => (id === null ? one.name === name : one.id === id));
  return named.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))[0];
}

function joinedBy(state: ObservedState, service: ObservedContainer['applied']): ObservedContainer['joined'] {
  const joined: { -readonly [K in keyof ObservedContainer['joined']]: string } = {};
  for (const { namespace, owner } of sharedNamespaces(service)) {
    const owners = state.containers.filter((one) => one.service === owner && !one.oneOff && unfinished(one) === null);
    const lowest = owners.sort((a, b) => a.replica - b.replica || (a.createdAt < b.createdAt ? 1 : -1))[0];
    if (lowest !== undefined) joined[namespace] = lowest.id;
  }
  return joined;
}

function change(
  state: ObservedState,
  id: string | undefined,
  update: (container: ObservedContainer) => Partial<ObservedContainer>,
): ObservedState {
  return { ...state, containers: state.containers.map((one) => (one.id === id ? { ...one, ...update(one) } : one)) };
}
