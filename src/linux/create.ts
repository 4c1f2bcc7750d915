import { randomBytes } from 'node:crypto';
import { BerthError } from '../errors.js';
import type { Image } from '../image/model.js';
import { effectiveMounts } from '../oci/input.js';
import type { ActionArgs } from '../plan/plan.js';
import type { Mount, Stack } from '../stack/model.js';
import { readBootId } from './boot-id.js';
import { writeBundle } from './bundle.js';
import { imageDefaults } from './image-defaults.js';
import { chooseOwners } from './joins.js';
import { containerLabels } from './labels.js';
import { claimName } from './names.js';
import { type ContainerRecord, createRecord, readRecord } from './record.js';
import { prepareContainers } from './state-dirs.js';
import { chooseMappings, hostRanges, withIdsLocked } from './subordinate-ids.js';
import type { HostTools } from './tools.js';
import { anonymousVolumeName, createAnonymousVolume } from './volumes.js';

/**
 * Makes a container: record, anonymous volumes, layer, bundle. The record comes first, and until the bundle's last file is
 * there it counts as `creating`: whatever a killed command leaves belongs to a record that is removed whole.
 * @returns its record
 */
export async function createContainer(
  tools: HostTools,
  stack: Stack,
  args: ActionArgs['createContainer'],
): Promise<ContainerRecord> {
  const { paths } = tools;
  const image = await tools.image(args.service.image);
  const unmapped = newRecord(tools, stack, args, image);
  prepareContainers(tools);
  await claimName(tools, unmapped);
  const record = await recordWithIds(tools, unmapped, args.replaces);
  for (const [target, name] of Object.entries(record.anonymousVolumes)) {
    await createAnonymousVolume(paths, name, { stack: stack.name, container: record.id, target });
  }
  await writeBundle(tools, { record, image, isNew: true });
  return record;
}

/**
 * Writes the record, with ids of its own where it has a user namespace of its own: those of the container whose place it
 * takes, so that what that one wrote to the host stays its own, or else free ones.
 */
async function recordWithIds(
  tools: HostTools,
  unmapped: ContainerRecord,
  replaces: string | undefined,
): Promise<ContainerRecord> {
  const { user } = unmapped.applied.namespaces;
  if (user.kind !== 'auto') {
    createRecord(tools, unmapped);
    return unmapped;
  }
  return await withIdsLocked(tools.addon, tools.paths, () => {
    const { records } = tools.containers();
    const old = records.find(({ id }) => id === replaces);
    const isSame = JSON.stringify(old?.applied.namespaces.user) === JSON.stringify(user);
    const ids =
      (isSame ? old?.ids : null) ??
      chooseMappings(
        user,
        hostRanges(),
        records.flatMap((record) => record.ids ?? []),
      );
    const record = { ...unmapped, ids };
    createRecord(tools, record);
    return record;
  });
}

function newRecord(
  { paths, containers }: HostTools,
  stack: Stack,
  { container, service, replaces }: ActionArgs['createContainer'],
  image: Image,
): ContainerRecord {
  const oneOff = container.replica === 0;
  const mounts = effectiveMounts(service, imageDefaults(image.config).volumes);
  const old = replaces === undefined ? null : readRecord(paths.container(replaces), replaces);
  const anonymousVolumes = anonymousVolumesOf(mounts, old);
  const namedVolumes = namedVolumesOf(mounts, stack);
  return {
    version: 1,
    id: randomBytes(32).toString('hex'),
    name: container.name,
    stack: stack.name,
    service: container.service,
    replica: container.replica,
    oneOff,
    createdAt: new Date().toISOString(),
    labels: containerLabels({ stack, service, image, replica: container.replica, oneOff }),
    image: { reference: service.image, id: image.id },
    applied: service,
    joined: chooseOwners(service, stack.name, containers),
    ids: null,
    anonymousVolumes,
    namedVolumes,
    volumes: [...new Set([...Object.values(namedVolumes), ...Object.values(anonymousVolumes)])],
    generation: 1,
    bootId: readBootId(),
    manuallyStopped: false,
    state: 'created',
  };
}

/** A container that takes another's place takes over what it had at the same destinations. */
function anonymousVolumesOf(mounts: readonly Mount[], old: ContainerRecord | null): Readonly<Record<string, string>> {
  const targets = mounts.flatMap((mount) => (mount.type === 'volume' && mount.volume === null ? [mount.target] : []));
  return Object.fromEntries(targets.map((target) => [target, old?.anonymousVolumes[target] ?? anonymousVolumeName()]));
}

function namedVolumesOf(mounts: readonly Mount[], stack: Stack): Readonly<Record<string, string>> {
  const keys = mounts.flatMap((mount) => (mount.type === 'volume' && mount.volume !== null ? [mount.volume] : []));
  return Object.fromEntries(
    keys.map((key) => {
      const volume = stack.volumes[key];
      if (volume === undefined) throw new BerthError('INTERNAL', `internal: volume ${key} is not in the stack`);
      return [key, volume.name];
    }),
  );
}
