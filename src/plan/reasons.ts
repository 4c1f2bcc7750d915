import type { Service } from '../stack/model.js';
import type { Decision, DecisionContext, ServiceDecisions } from './decision.js';
import { diffService, fieldChange } from './diff.js';
import { rowOf, ruleOf } from './fields.js';
import type { ObservedContainer } from './observed.js';
import { sharedNamespaces } from './order.js';
import type { FieldChange } from './plan.js';
import { printValue } from './print.js';
import { isLive } from './slots.js';
import { volumeKeys } from './volumes.js';

/** Differences between a container and its service: what the file says, its image, what the kernel holds. */
export function changesOf(container: ObservedContainer, service: Service, context: DecisionContext): FieldChange[] {
  const wanted = diffService(container.applied, service);
  const image = imageChange(container, service, context);
  const listed = new Set(wanted.map(({ field }) => field));
  // A limit that the file changes as well is written anyway.
  const drift = isLive(container.status) ? driftChanges(container).filter(({ field }) => !listed.has(field)) : [];
  return [...image, ...wanted, ...drift];
}

function imageChange(container: ObservedContainer, service: Service, context: DecisionContext): FieldChange[] {
  const from = shortDigest(container.imageId);
  if (context.builds.has(service.image)) return [fieldChange('imageId', from, '(known after the build)')];
  const found = context.observed.images[service.image];
  if (found === undefined || found.id === container.imageId) return [];
  return [fieldChange('imageId', from, shortDigest(found.id))];
}

function shortDigest(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}

function driftChanges(container: ObservedContainer): FieldChange[] {
  return [...container.drift]
    .sort((a, b) => (a.field < b.field ? -1 : 1))
    .map(({ field, expected, actual }) => ({
      field,
      from: printKernelValue(field, actual),
      to: printKernelValue(field, expected),
      class: ruleOf(field)?.class ?? 'replace',
      drift: true,
    }));
}

/** The kernel's text of a number gets the unit that its field has in the file. */
function printKernelValue(field: string, text: string): string | null {
  return printValue(field, /^-?\d+$/.test(text) ? Number(text) : text);
}

/** Causes in words: `config changed (command, environment)`, `drift (memory.max)`. */
export function changeCauses(changes: readonly FieldChange[], container: ObservedContainer): string[] {
  const ours = changes.filter(({ drift, field }) => !drift && field !== 'imageId');
  const drifted = new Set(changes.filter(({ drift }) => drift).map(({ field }) => field));
  const kernelNames = container.drift.filter(({ field }) => drifted.has(field)).map(({ what }) => what);
  return [
    ...(changes.some(({ field }) => field === 'imageId') ? ['image changed'] : []),
    ...(ours.length > 0 ? [`config changed (${unique(ours.map(({ field }) => rowOf(field))).join(', ')})`] : []),
    ...(kernelNames.length > 0 ? [`drift (${unique(kernelNames).sort().join(', ')})`] : []),
  ];
}

function unique(list: readonly string[]): string[] {
  return [...new Set(list)];
}

/** Why a container must be replaced although nothing that it says itself has changed. */
export function surroundingsReasons(
  container: ObservedContainer,
  service: Service,
  context: DecisionContext,
): string[] {
  return [...followReasons(container, service, context), ...volumeReasons(container, service, context)];
}

/** A container that shares namespaces goes where their owner goes. */
export function followReasons(container: ObservedContainer, service: Service, context: DecisionContext): string[] {
  return sharedNamespaces(service).flatMap(({ namespace, owner }) => {
    const target = ownerOf(owner, context.decided);
    if (target === null) return [];
    if (target.verdict === 'create' || target.verdict === 'replace') {
      return [`shares ${namespace} of ${owner}, which is ${target.verdict}d`];
    }
    const joined = container.joined[namespace];
    const isStale = joined !== undefined && joined !== target.container?.id;
    return isStale ? [`shares ${namespace} of ${owner}, which was replaced`] : [];
  });
}

/** The container of a service that others share namespaces with: its lowest replica. */
export function ownerOf(owner: string, decided: ReadonlyMap<string, ServiceDecisions>): Decision | null {
  return decided.get(owner)?.replicas[0] ?? null;
}

/** A container mounts the volume that its key meant then; the key may mean another one now. */
function volumeReasons(container: ObservedContainer, service: Service, context: DecisionContext): string[] {
  return volumeKeys(service).flatMap((key) => {
    const wasMounted = container.applied.mounts.some((mount) => mount.type === 'volume' && mount.volume === key);
    if (!wasMounted) return [];
    if (context.volumes.creates.has(key)) return [`volume ${key} is made anew`];
    const name = context.stack.volumes[key]?.name;
    const volume = context.observed.volumes.find((candidate) => candidate.name === name);
    const isStale = volume !== undefined && !volume.usedBy.includes(container.id);
    return isStale ? [`volume ${key} is another one now`] : [];
  });
}

/** Why a container that stays must stop and start: other services that it depends on do. */
export function restartReasons(service: Service, context: DecisionContext): string[] {
  const dependencies = Object.keys(service.dependsOn).sort();
  return [
    ...sharedNamespaces(service).flatMap(({ namespace, owner }) => pidOwnerReason(namespace, owner, context)),
    ...dependencies.flatMap((name) => {
      if (service.dependsOn[name]?.restart !== true) return [];
      const verdicts = context.decided.get(name)?.replicas.map(({ verdict }) => verdict) ?? [];
      if (verdicts.includes('replace')) return [`dependency ${name} is replaced`];
      return verdicts.includes('restart') ? [`dependency ${name} is restarted`] : [];
    }),
  ];
}

/** Namespaces for network, ipc and uts that are shared are pinned and outlive a restart; these end with their owner's process. */
function pidOwnerReason(namespace: string, owner: string, context: DecisionContext): string[] {
  if (namespace !== 'pid' && namespace !== 'user') return [];
  const verdict = ownerOf(owner, context.decided)?.verdict;
  return verdict === 'restart' || verdict === 'start' ? [`shares ${namespace} of ${owner}, which is ${verdict}ed`] : [];
}
