import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planDestroy } from '../../../src/plan/destroy.js';
import { applyToModel } from '../../../src/plan/effect.js';
import type { ObservedContainer, ObservedState } from '../../../src/plan/observed.js';
import { isRefusal, type PlanOptions } from '../../../src/plan/options.js';
import type { Plan } from '../../../src/plan/plan.js';
import { plan } from '../../../src/plan/planner.js';
import { parsePlan, savePlan } from '../../../src/plan/saved.js';
import type { NamespaceSource, Service, Stack } from '../../../src/stack/model.js';
import {
  container,
  image,
  limits,
  needs,
  observed,
  observedVolume,
  service,
  stack,
  volume,
  volumeMount,
} from '../../support/model.js';

const names = ['a', 'b', 'c', 'd'] as const;
const conditions = ['service_started', 'service_healthy', 'service_completed_successfully'] as const;

/** Services in dependency order by construction: each needs earlier ones only. */
const services: fc.Arbitrary<Service[]> = fc.tuple(...names.map((_, index) => serviceAt(index)));

function serviceAt(index: number): fc.Arbitrary<Service> {
  const earlier = names.slice(0, index);
  const owner: fc.Arbitrary<NamespaceSource> =
    earlier.length === 0
      ? fc.constant({ kind: 'private' })
      : fc.oneof(
          { weight: 3, arbitrary: fc.constant<NamespaceSource>({ kind: 'private' }) },
          fc.constantFrom(...earlier).map((name): NamespaceSource => ({ kind: 'service', service: name })),
        );
  const dependencies = fc
    .subarray([...earlier])
    .chain((chosen) =>
      fc.tuple(
        ...chosen.map((name) =>
          fc
            .record({ condition: fc.constantFrom(...conditions), restart: fc.boolean(), required: fc.boolean() })
            .map((over) => [name, needs(over.condition, over)] as const),
        ),
      ),
    );
  return fc
    .record({
      dependencies,
      network: owner,
      pid: owner,
      replicas: fc.integer({ min: 1, max: 3 }),
      tty: fc.boolean(),
      stdinOpen: fc.boolean(),
      image: fc.constantFrom('app', 'built'),
      memoryBytes: fc.constantFrom(null, 1 << 20),
      mounted: fc.boolean(),
    })
    .map(({ dependencies: found, network, pid, memoryBytes, mounted, ...rest }) => {
      const plain = service(names[index] ?? '');
      return {
        ...plain,
        ...rest,
        dependsOn: Object.fromEntries(found),
        namespaces: { ...plain.namespaces, network, pid },
        resources: limits({ memoryBytes }),
        mounts: mounted ? [volumeMount('data', '/data')] : [],
      };
    });
}

function containerOf(applied: Service, index: number): fc.Arbitrary<ObservedContainer> {
  return fc
    .record({
      status: fc.constantFrom('creating', 'created', 'running', 'paused', 'restarting', 'exited', 'dead'),
      shimAlive: fc.boolean(),
      health: fc.constantFrom('none', 'starting', 'healthy', 'unhealthy'),
      exitCode: fc.constantFrom(0, 1),
      acknowledged: fc.constantFrom(0, 1),
      imageId: fc.constantFrom('sha256:app', 'sha256:old'),
      replica: fc.integer({ min: 1, max: 4 }),
      tty: fc.boolean(),
      drift: fc.constantFrom([], [{ field: 'resources.pidsLimit', what: 'pids.max', expected: '5', actual: '6' }]),
    } as const)
    .map(({ tty, ...over }) =>
      container(
        { ...applied, tty },
        { ...over, id: String(index).padStart(64, '0'), createdAt: `2026-01-0${(index % 9) + 1}` },
      ),
    );
}

interface Scene {
  readonly file: Stack;
  readonly state: ObservedState;
  readonly options: Partial<PlanOptions>;
}

const scenes: fc.Arbitrary<Scene> = services.chain((list) =>
  fc
    .record({
      containers: fc
        .array(fc.constantFrom(...list), { maxLength: 8 })
        .chain((chosen) => fc.tuple(...chosen.map(containerOf))),
      hasVolume: fc.boolean(),
      isBuilt: fc.boolean(),
      removeOrphans: fc.boolean(),
      asked: fc.subarray([...names]),
      noDeps: fc.boolean(),
    })
    .map(({ containers, hasVolume, isBuilt, removeOrphans, asked, noDeps }) => ({
      file: stack(list, { volumes: [volume('data')], images: [image('built')] }),
      state: observed({
        containers,
        volumes: hasVolume
          ? [observedVolume(volume('data'), { usedBy: containers.slice(0, 2).map(({ id }) => id) })]
          : [],
        images: isBuilt ? { built: { id: 'sha256:built', inputs: 'built', usedElsewhere: [] } } : {},
      }),
      options: { removeOrphans, services: asked, noDeps },
    })),
);

function planOf({ file, state, options }: Scene): Plan | null {
  const result = plan(file, state, options);
  return isRefusal(result) ? null : result;
}

function reversed<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).reverse());
}

describe('for any stack and state', () => {
  test('every step comes after earlier ones only', () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        for (const made of [planOf(scene), planDestroy(scene.state, { removeVolumes: true })]) {
          for (const { id, after, afterSettled = [] } of made?.steps ?? []) {
            expect([...after, ...afterSettled].every((earlier) => earlier >= 1 && earlier < id)).toBe(true);
          }
        }
      }),
    );
  });

  test('the order of keys and lists of observed things makes no difference', () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        const { file, state } = scene;
        const shuffled: Scene = {
          ...scene,
          file: { ...file, services: reversed(file.services), images: reversed(file.images) },
          state: { ...state, containers: state.containers.toReversed(), images: reversed(state.images) },
        };
        expect(planOf(shuffled)).toEqual(planOf(scene));
        expect(planDestroy(shuffled.state)).toEqual(planDestroy(state));
      }),
    );
  });

  test('a plan carried out leaves nothing to plan', () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        const made = planOf(scene);
        if (made === null) return;
        expect(planOf({ ...scene, state: applyToModel(made, scene.state) })?.steps).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('a removal carried out leaves no container', () => {
    fc.assert(
      fc.property(scenes, ({ state }) => {
        const rest = applyToModel(planDestroy(state, { removeVolumes: true }), state);
        expect([rest.containers, rest.volumes]).toEqual([[], []]);
      }),
    );
  });

  test('a saved plan is read back as it was', () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        const made = planOf(scene);
        if (made !== null) expect(parsePlan(savePlan(made))).toEqual(made);
      }),
    );
  });
});
