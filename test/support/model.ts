import type { ObservedContainer, ObservedImage, ObservedState, ObservedVolume } from '../../src/plan/observed.js';
import { blankService, noLimits } from '../../src/stack/blank-service.js';
import type { Dependency, ImageSource, Mount, Resources, Service, Stack, Volume } from '../../src/stack/model.js';

/** Models for tests: every default filled as `resolve` does, and what a test is about on top. */

export { noLimits };

export function service(name: string, over: Partial<Service> = {}): Service {
  return { ...blankService(name, 'app'), ...over };
}

export function limits(over: Partial<Resources>): Resources {
  return { ...noLimits, ...over };
}

export function needs(
  condition: Dependency['condition'] = 'service_started',
  over: Partial<Dependency> = {},
): Dependency {
  return { condition, restart: false, required: true, ...over };
}

export function volumeMount(volume: string | null, target: string): Mount {
  return { type: 'volume', volume, target, readOnly: false, nocopy: false, subpath: null };
}

export function volume(key: string, over: Partial<Volume> = {}): Volume {
  return { key, name: `shop_${key}`, external: false, driver: 'local', driverOpts: {}, labels: {}, ...over };
}

export function image(name: string, base: ImageSource['base'] = { kind: 'scratch' }): ImageSource {
  const config = {
    entrypoint: null,
    command: null,
    env: {},
    workdir: null,
    user: null,
    exposedPorts: [],
    volumes: [],
    labels: {},
    stopSignal: null,
    healthcheck: null,
  };
  return { name, base, layers: [], config };
}

export interface StackParts {
  readonly volumes?: readonly Volume[];
  readonly images?: readonly ImageSource[];
}

/** The stack `shop` of some services. */
export function stack(services: readonly Service[], { volumes = [], images = [] }: StackParts = {}): Stack {
  return {
    name: 'shop',
    files: ['/shop/compose.yaml'],
    workingDir: '/shop',
    envFiles: [],
    services: Object.fromEntries(services.map((one) => [one.name, one])),
    volumes: Object.fromEntries(volumes.map((one) => [one.key, one])),
    images: Object.fromEntries(images.map((one) => [one.name, one])),
    disabled: [],
    refusals: [],
    warnings: [],
  };
}

/** A 64-digit id from a short one. */
export function longId(short: string): string {
  return short.padEnd(64, '0');
}

/** A running container of a service, up to date but for `over`. */
export function container(applied: Service, over: Partial<ObservedContainer> = {}): ObservedContainer {
  const replica = over.replica ?? 1;
  return {
    id: longId(`${Buffer.from(applied.name).toString('hex')}${replica}`),
    name: applied.containerName ?? `shop-${applied.name}-${replica}`,
    stack: 'shop',
    service: applied.name,
    replica,
    oneOff: false,
    status: 'running',
    shimAlive: true,
    pid: 1000,
    health: 'none',
    exitCode: null,
    oomKilled: false,
    manuallyStopped: false,
    createdAt: '2026-01-01T00:00:00.000000000Z',
    startedAt: '2026-01-01T00:00:01.000000000Z',
    finishedAt: null,
    restartCount: 0,
    applied,
    imageId: 'sha256:app',
    joined: {},
    generation: 1,
    acknowledged: 1,
    drift: [],
    ...over,
  };
}

export function observedVolume(definition: Volume, over: Partial<ObservedVolume> = {}): ObservedVolume {
  const { name, key } = definition;
  return { name, stack: 'shop', key, present: true, anonymous: false, definition, usedBy: [], ...over };
}

export interface ObservedParts {
  readonly containers?: readonly ObservedContainer[];
  readonly volumes?: readonly ObservedVolume[];
  readonly images?: Readonly<Record<string, ObservedImage>>;
}

/** What is observed of the stack `shop`, whose store holds the image `app`. */
export function observed({ containers = [], volumes = [], images = {} }: ObservedParts = {}): ObservedState {
  return {
    stack: 'shop',
    serial: 7,
    containers,
    volumes,
    images: { app: { id: 'sha256:app', inputs: null, usedElsewhere: [] }, ...images },
  };
}
