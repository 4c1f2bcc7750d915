import type { Service, Stack, Volume } from '../stack/model.js';
import { diffVolume } from './diff.js';
import { type Draft, draftStep } from './graph.js';
import type { ObservedState, ObservedVolume } from './observed.js';
import type { Refusal } from './options.js';

/** Keys under `volumes:` that a service mounts, sorted. */
export function volumeKeys(service: Service): string[] {
  const keys = service.mounts.flatMap((mount) =>
    mount.type === 'volume' && mount.volume !== null ? [mount.volume] : [],
  );
  return [...new Set(keys)].sort();
}

export interface VolumePlan {
  /** steps that make volumes, by key */
  readonly creates: ReadonlyMap<string, Draft>;
  readonly refusals: readonly Refusal[];
  readonly notes: readonly string[];
}

/** Plans the named volumes that the given services mount. Others in the file are not made, as in docker compose. */
export function planVolumes(stack: Stack, observed: ObservedState, serviceNames: Iterable<string>): VolumePlan {
  const creates = new Map<string, Draft>();
  const refusals: Refusal[] = [];
  const notes: string[] = [];
  const services = [...serviceNames].flatMap((name) => stack.services[name] ?? []);
  for (const key of [...new Set(services.flatMap(volumeKeys))].sort()) {
    const volume = stack.volumes[key];
    if (volume === undefined) continue;
    const found = observed.volumes.find(({ name }) => name === volume.name);
    const refusal = refuseVolume(volume, found);
    if (refusal !== null) refusals.push(refusal);
    else if (found?.present !== true) creates.set(key, createVolume(volume, found));
    else if (!volume.external && found.stack !== stack.name) notes.push(foreignNote(volume, found));
  }
  return { creates, refusals, notes };
}

function createVolume(volume: Volume, found: ObservedVolume | undefined): Draft {
  const cause = found === undefined ? 'not found' : 'its directory is gone';
  return draftStep(`volume:${volume.key}`, { kind: 'createVolume', volume }, cause);
}

function foreignNote(volume: Volume, found: ObservedVolume): string {
  const owner = found.stack === null ? 'was not made by berth' : `belongs to stack ${found.stack}`;
  return `volume ${volume.name} ${owner} and is used as it is; say \`external: true\` if that is meant`;
}

function refuseVolume(volume: Volume, found: ObservedVolume | undefined): Refusal | null {
  const on = `volume:${volume.key}`;
  if (volume.external) {
    if (found?.present === true) return null;
    return { on, reason: `use external volume ${volume.name}: not found`, hint: 'make it first, or drop `external`' };
  }
  const made = found?.present === true ? found.definition : null;
  // The name found it and the rest of a definition doesn't touch data.
  const changes = made === null ? [] : diffVolume(made, volume).filter(({ field }) => field.startsWith('driver'));
  if (changes.length === 0) return null;
  const list = changes.map(({ field, from, to }) => `${field}: ${from ?? 'none'} → ${to ?? 'none'}`).join(', ');
  const reason = `change volume ${volume.name} (${list}): it exists, and making it anew would lose its data`;
  return { on, reason, hint: `remove it with \`berth volume rm ${volume.name}\`, or give it another name` };
}
