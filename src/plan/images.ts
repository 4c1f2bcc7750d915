import type { Stack } from '../stack/model.js';
import { type Draft, draftStep } from './graph.js';
import type { ObservedState } from './observed.js';
import type { PlanOptions } from './options.js';

/** Builds of the images that services need, by the image's name in the file. */
export type Builds = ReadonlyMap<string, Draft>;

/** Plans a build for each entry of `images:` that a service uses and that is missing or no longer what the file says. */
export function planImages(
  stack: Stack,
  observed: ObservedState,
  options: PlanOptions,
  serviceNames: Iterable<string>,
): Builds {
  const builds = new Map<string, Draft>();
  const images = new Set([...serviceNames].flatMap((name) => stack.services[name]?.image ?? []));
  for (const image of [...images].sort()) planBuild(image, builds, { stack, observed, options });
  return builds;
}

interface Context {
  readonly stack: Stack;
  readonly observed: ObservedState;
  readonly options: PlanOptions;
}

function planBuild(image: string, builds: Map<string, Draft>, context: Context): void {
  const cause = buildCause(image, context);
  if (cause === null || builds.has(image)) return;
  const base = baseOf(image, context.stack);
  if (base !== null) planBuild(base, builds, context);
  const baseBuild = base === null ? undefined : builds.get(base);
  const after = baseBuild === undefined ? [] : [baseBuild];
  builds.set(image, draftStep(`image:${image}`, { kind: 'buildImage', image }, cause, after));
}

/** Why an image of the file must be built; null: it is current, or not one of the file's. */
function buildCause(image: string, context: Context): string | null {
  if (context.stack.images[image] === undefined) return null;
  const found = context.observed.images[image];
  if (found === undefined) return 'not found';
  const inputs = context.options.imageInputs[image];
  if (inputs !== undefined && inputs !== found.inputs) return 'inputs changed';
  const base = baseOf(image, context.stack);
  // A base that isn't in the snapshot says nothing: a current image needs its base no more.
  if (base === null || context.observed.images[base] === undefined) return null;
  return buildCause(base, context) === null ? null : `base image ${base} is built anew`;
}

/** The entry of `images:` that an image stands on. */
function baseOf(image: string, stack: Stack): string | null {
  const base = stack.images[image]?.base;
  return base?.kind === 'image' && stack.images[base.image] !== undefined ? base.image : null;
}
