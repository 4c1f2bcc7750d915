import type { Engine } from '../apply/engine.js';
import { BerthError } from '../errors.js';
import { digestOf } from '../image/digest.js';
import { BUILD_INPUTS, type Layer } from '../image/model.js';
import type { ImageLayerStep, ImageSource, Stack } from '../stack/model.js';
import { type BuildContext, type Draft, openBase } from './base.js';
import { finishConfig, withLayer } from './config.js';
import { copyInto } from './copy.js';
import { installCommand } from './debian.js';
import { type ImageInputs, readInputs } from './inputs.js';
import { makeOnce } from './once.js';
import { runIn } from './run.js';
import { type BuildHost, type Scratch, withScratch } from './scratch.js';

/**
 * Builds entries of a stack's `images:`. Each step is a layer, kept by what it was made from and on: same inputs, no work.
 * Runs under the stack's lock. `stack` null: nothing can be built.
 */
export function createBuilder(host: BuildHost, stack: Stack | null): Engine['buildImage'] {
  return async ({ image }, { signal, progress }) => {
    const source = stack?.images[image];
    if (stack === null || source === undefined) {
      throw new BerthError('INTERNAL', `internal: image ${image} is not one of the stack's`);
    }
    const inputs = (await readInputs(host, stack)).get(image);
    if (inputs === undefined) throw new BerthError('INTERNAL', `internal: image ${image} has no inputs`);
    const context = { host, store: await host.images(), stack: stack.name, signal, progress };
    await build(source, inputs, context);
  };
}

async function build(source: ImageSource, inputs: ImageInputs, context: BuildContext): Promise<void> {
  const { store, signal } = context;
  let draft = await openBase(source, inputs.base, context);
  for (const [index, step] of source.layers.entries()) {
    if (signal.aborted) throw new BerthError('SYSTEM', `build image ${source.name}: interrupted`);
    draft = await addStep(source, step, inputs.steps[index] ?? '', draft, context);
  }
  const config = finishConfig(draft.config, source.config, inputs.digest);
  const image = await store.addImage(config, [source.name]);
  await store.writeMetadata(image.id, BUILD_INPUTS, inputs.digest);
}

async function addStep(
  source: ImageSource,
  step: ImageLayerStep,
  stepInputs: string,
  draft: Draft,
  context: BuildContext,
): Promise<Draft> {
  const parent = draft.layers[0]?.chainId ?? null;
  const environment = step.kind === 'copy' ? null : [draft.config.config, source.config.env];
  const key = digestOf(JSON.stringify([parent, stepInputs, environment]));
  const layer = await makeOnce(context.store, key, () => makeLayer(source, step, draft, context));
  return { layers: [layer, ...draft.layers], config: withLayer(draft.config, layer, describeStep(step)) };
}

async function makeLayer(
  source: ImageSource,
  step: ImageLayerStep,
  draft: Draft,
  context: BuildContext,
): Promise<Layer> {
  const { host, store, stack, progress } = context;
  progress(describeStep(step));
  return withScratch(host, stack, source.name, draft.layers, async (scratch) => {
    await carryOut(step, scratch, source, draft, context);
    const parent = draft.layers[0]?.chainId ?? null;
    return store.addLayer({ kind: 'directory', dir: scratch.upper, clampMtime: null }, parent);
  });
}

async function carryOut(
  step: ImageLayerStep,
  scratch: Scratch,
  source: ImageSource,
  { layers, config }: Draft,
  { host, signal, progress }: BuildContext,
): Promise<void> {
  const run = { host, config, env: source.config.env, signal, progress };
  switch (step.kind) {
    case 'copy':
      return copyInto(scratch, layers, step, host.paths.overlay, signal);
    case 'run':
      return runIn(scratch, layers, step.command, run);
    case 'packages':
      return runIn(scratch, layers, installCommand(step.packages), run);
  }
}

function describeStep(step: ImageLayerStep): string {
  switch (step.kind) {
    case 'copy':
      return `copy ${step.from} ${step.to}`;
    case 'run':
      return `run ${step.command}`;
    case 'packages':
      return `packages ${step.packages.join(' ')}`;
  }
}
