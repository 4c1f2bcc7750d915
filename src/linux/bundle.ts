import { join } from 'node:path';
import { BerthError } from '../errors.js';
import type { Image } from '../image/model.js';
import { type ContainerInput, effectiveMounts, type IdMappings } from '../oci/input.js';
import { toRuntimeSpec } from '../oci/runtime-spec.js';
import type { Resources, Service } from '../stack/model.js';
import { replaceFile, writeNew } from './atomic.js';
import { ownInput, writeEtc, writeSpec } from './bundle-files.js';
import { type DeviceNumber, deviceNumber, hostDevices, resolveDevice } from './devices.js';
import { type Identity, lookUpIdentity } from './identity.js';
import { imageDefaults } from './image-defaults.js';
import { type Joined, resolveJoins } from './joins.js';
import { mountInputs } from './mount-sources.js';
import type { Paths } from './paths.js';
import type { ContainerRecord } from './record.js';
import type { HostTools } from './tools.js';

/** What a container's files are made from. */
export interface BundleSource {
  readonly record: ContainerRecord;
  readonly image: Image;
  /** nobody but this command knows of it yet */
  readonly isNew?: boolean;
}

/**
 * Writes what a container is started from: config.json, supervise, hosts, hostname, resolv.conf. Each by rename, so that a
 * shim that reads them at the same time sees whole files.
 * @throws BerthError INPUT for what can't be honoured on this host
 */
export async function writeBundle(tools: HostTools, source: BundleSource): Promise<void> {
  const { record } = source;
  const paths = tools.paths.container(record.id);
  const owners = resolveJoins(record.applied, record.joined, tools.containers, tools.paths);
  const input = await gatherInput(tools, source, owners);
  const spec = toRuntimeSpec(input);
  checkEnforceable(tools, spec.linux.resources);
  const write = source.isNew === true ? writeNew : replaceFile;
  if (owners.networkOwner === null) writeEtc(input, paths, write);
  writeSpec(input, spec, paths, write);
}

async function gatherInput(
  { paths, images }: HostTools,
  { record, image }: BundleSource,
  { joins, service, networkOwner, ids: joinedIds }: Joined,
): Promise<ContainerInput> {
  const etc = paths.container(networkOwner?.id ?? record.id);
  const defaults = imageDefaults(image.config);
  const user = identityOf(paths, image, service);
  const ids = record.ids ?? joinedIds;
  if (ids !== null) checkMapped(service.name, user, ids);
  const layer = await (await images()).writableLayer(record.id, image);
  return {
    ...ownInput(paths, record, layer, etc),
    service,
    image: defaults,
    user,
    mounts: mountInputs(effectiveMounts(service, defaults.volumes), record, paths),
    joins,
    ids,
    devices: service.devices.flatMap(resolveDevice),
    hostDevices: service.privileged ? hostDevices() : [],
    blockDevices: blockDevices(service.resources),
    generation: record.generation,
  };
}

/** By image, since all services of an image ask the same. */
const identities = new WeakMap<Image, Map<string, Identity>>();

/** Who the process is, by the image's own files. @throws BerthError INPUT for a name that they don't have */
export function identityOf(paths: Paths, image: Image, service: Service): Identity {
  const known = identities.get(image) ?? new Map<string, Identity>();
  identities.set(image, known);
  const user = service.user ?? image.config.config.User ?? null;
  const key = JSON.stringify([user, service.groupAdd]);
  const tree = { dirs: image.layers.map(({ cacheId }) => join(paths.overlay, cacheId, 'diff')), isOpaque: () => false };
  const identity = known.get(key) ?? lookUpIdentity(tree, user, service.groupAdd);
  known.set(key, identity);
  return identity;
}

/** @throws BerthError INPUT for a user or group that isn't in the container's user namespace */
export function checkMapped(service: string, { uid, gid, groups }: Omit<Identity, 'home'>, ids: IdMappings): void {
  const lacks = (mappings: IdMappings['uids'], id: number) =>
    !mappings.some(({ containerId, size }) => id >= containerId && id < containerId + size);
  const group = [gid, ...groups].find((id) => lacks(ids.gids, id));
  const lacking = lacks(ids.uids, uid) ? `user ${uid}` : group === undefined ? null : `group ${group}`;
  if (lacking === null) return;
  throw new BerthError('INPUT', `run service ${service}: ${lacking} is not in its user namespace`, {
    hint: 'say `userns_mode: auto:size=N` with a larger number of ids',
  });
}

/** Numbers of the devices that limits name. @throws BerthError INPUT for one that isn't there */
export function blockDevices({ blkio }: Resources): Readonly<Record<string, DeviceNumber>> {
  if (blkio === null) return {};
  const rates = [...blkio.readBps, ...blkio.writeBps, ...blkio.readIops, ...blkio.writeIops];
  const devices = [...blkio.weightDevice, ...rates].map(({ path }) => path);
  return Object.fromEntries(devices.map((path) => [path, deviceNumber(path)]));
}

/** Resources, as text, that this host was found to enforce. */
const enforceable = new Set<string>();

/** A limit that the kernel would not enforce is an error, never a silent skip. @throws BerthError UNSUPPORTED */
export function checkEnforceable({ addon }: HostTools, resources: object): void {
  const text = JSON.stringify(resources);
  if (enforceable.has(text)) return;
  const missing = addon.cgroupUnsupported(text);
  if (missing.length === 0) {
    enforceable.add(text);
    return;
  }
  const reasons = missing.map(({ controller, reason }) => `${controller}: ${reason}`);
  throw new BerthError('UNSUPPORTED', `set limits: this host can't enforce ${reasons.join('; ')}`);
}

/** The record with a service's new settings. */
export function withService(record: ContainerRecord, service: Service): ContainerRecord {
  return { ...record, applied: service, generation: record.generation + 1 };
}
