import { type Drafts, draftRemoval } from './drafts.js';
import { type Draft, draftStep, numberSteps } from './graph.js';
import type { ObservedContainer, ObservedState, ObservedVolume } from './observed.js';
import { type DestroyOptions, defaultDestroyOptions } from './options.js';
import { dependencyOrder, needsOf } from './order.js';
import { orphanNote } from './orphans.js';
import type { Plan } from './plan.js';
import { unfinished } from './slots.js';

/**
 * Plans the removal of a stack: dependents stop first, then containers go with their anonymous volumes, then what they
 * used. It takes nothing but what is observed, so that a stack can be removed without its file.
 */
export function planDestroy(observed: ObservedState, asked: Partial<DestroyOptions> = {}): Plan {
  const options = { ...defaultDestroyOptions, ...asked };
  const { going, orphans } = chooseContainers(observed, options);
  const removals = going.map((container) => ({ container, drafts: draftGone(container, options) }));
  linkStops(removals);
  const gone = removals.flatMap(({ drafts }) => drafts.removes);
  const staying = observed.containers.filter((container) => !going.includes(container));
  const volumes = planVolumeRemovals(observed, options, staying, removals);
  const images = chooseImages(observed, options);
  const drafts = [
    ...removals.flatMap(({ drafts: { stops, removes } }) => [...stops, ...removes]),
    ...volumes.drafts,
    ...images.going.map((image) => draftStep(`image:${image}`, { kind: 'removeImage', image }, 'no longer used', gone)),
  ];
  const notes = [...orphans.map(orphanNote), ...volumes.notes, ...images.notes];
  return { format: 1, stack: observed.stack, serial: observed.serial, steps: numberSteps(drafts), notes };
}

interface Going {
  readonly container: ObservedContainer;
  readonly drafts: Pick<Drafts, 'stops' | 'removes'>;
}

function draftGone(container: ObservedContainer, options: DestroyOptions): Going['drafts'] {
  return draftRemoval({ container, cause: 'removed with its stack', keepAnonymousVolumes: false }, options);
}

/** Containers to remove, in the order in which they stop; and those of services that the file doesn't have. */
function chooseContainers(observed: ObservedState, { services, known, removeOrphans }: DestroyOptions) {
  const isAsked = ({ service }: ObservedContainer) => services.length === 0 || services.includes(service);
  // What an interrupted command left is nobody's, whatever its service: a build's containers have none of the file's.
  const isOrphan = (one: ObservedContainer) =>
    known !== null && !known.includes(one.service) && unfinished(one) === null;
  const order = dependencyOrder(
    Object.fromEntries(observed.containers.map(({ service, applied }) => [service, applied])),
  );
  const rank = (container: ObservedContainer) => order.length - order.indexOf(container.service);
  const byRank = (a: ObservedContainer, b: ObservedContainer) =>
    rank(a) - rank(b) || a.replica - b.replica || (a.name + a.id < b.name + b.id ? -1 : 1);
  const asked = observed.containers.filter(isAsked).sort(byRank);
  return {
    going: asked.filter((container) => removeOrphans || !isOrphan(container)),
    orphans: removeOrphans ? [] : asked.filter(isOrphan),
  };
}

/** A container stops only when every container that needs its service has. */
function linkStops(removals: readonly Going[]): void {
  const position = new Map(removals.map((one, index) => [one, index]));
  const needs = new Map(removals.map((one) => [one, new Set(needsOf(one.container.applied))]));
  for (const needed of removals) {
    for (const dependent of removals) {
      // Services as applied over time may need each other: the order chosen above breaks the tie.
      const isBefore = (position.get(dependent) ?? 0) < (position.get(needed) ?? 0);
      if (!isBefore || needs.get(dependent)?.has(needed.container.service) !== true) continue;
      for (const stop of needed.drafts.stops) for (const earlier of dependent.drafts.stops) stop.after.add(earlier);
    }
  }
}

interface VolumeRemovals {
  readonly drafts: readonly Draft[];
  readonly notes: readonly string[];
}

function planVolumeRemovals(
  observed: ObservedState,
  options: DestroyOptions,
  staying: readonly ObservedContainer[],
  removals: readonly Going[],
): VolumeRemovals {
  const drafts: Draft[] = [];
  const notes: string[] = [];
  for (const volume of [...observed.volumes].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!isRemovable(volume, observed, options)) continue;
    const users = staying.filter(({ id }) => volume.usedBy.includes(id)).map(({ name }) => name);
    const isUsedElsewhere = volume.usedBy.some((id) => !observed.containers.some((container) => container.id === id));
    if (users.length > 0 || isUsedElsewhere) {
      notes.push(`volume ${volume.name} stays: ${users[0] ?? 'a container of another stack'} uses it`);
      continue;
    }
    const after = removals
      .filter(({ container }) => volume.usedBy.includes(container.id))
      .flatMap(({ drafts }) => drafts.removes);
    const cause = volume.anonymous ? 'anonymous, no longer used' : 'removed with its stack';
    drafts.push(
      draftStep(`volume:${volume.key ?? volume.name}`, { kind: 'removeVolume', name: volume.name }, cause, after),
    );
  }
  return { drafts, notes };
}

/** Named volumes only on request and only our own; an anonymous one that no container holds can't be found by anyone. */
function isRemovable(volume: ObservedVolume, observed: ObservedState, options: DestroyOptions): boolean {
  if (volume.stack !== observed.stack || volume.definition?.external === true) return false;
  return volume.anonymous ? volume.usedBy.length === 0 && options.services.length === 0 : options.removeVolumes;
}

/** Names of images to remove; ids in the snapshot are second names of the same images. One that others use stays. */
function chooseImages(observed: ObservedState, { removeImages, services }: DestroyOptions) {
  if (removeImages === 'none' || services.length > 0) return { going: [], notes: [] };
  const wanted = Object.entries(observed.images)
    .filter(([name, { inputs }]) => !name.startsWith('sha256:') && (removeImages === 'all' || inputs !== null))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    going: wanted.flatMap(([name, { usedElsewhere }]) => (usedElsewhere.length === 0 ? [name] : [])),
    notes: wanted.flatMap(
      ([
        name,
        {
          usedElsewhere: [user],
        },
      ]) => (user === undefined ? [] : [`image ${name} stays: container ${user} of another stack uses it`]),
    ),
  };
}
