import { release } from 'node:os';
import { BerthError, isBerthError } from '../errors.js';
import { toCapabilities } from '../oci/capabilities.js';
import { toResources } from '../oci/resources.js';
import type { Refusal } from '../plan/options.js';
import type { Plan, Step } from '../plan/plan.js';
import type { Service } from '../stack/model.js';
import { blockDevices, checkEnforceable, checkMapped, identityOf } from './bundle.js';
import { resolveDevice } from './devices.js';
import { findContainer } from './index.js';
import { checkBindSource } from './mount-sources.js';
import { checkName } from './names.js';
import { ownCapabilities } from './own-capabilities.js';
import { mappingsWithin } from './subordinate-ids.js';
import type { HostTools } from './tools.js';
import { checkVolume } from './volumes.js';

/**
 * What of a plan this host would refuse while it is carried out, as far as that can be told before: every reason at once,
 * and nothing is touched. The same checks are made again when it is done: the host may change until then.
 */
export async function preflight(tools: HostTools, { stack, steps }: Plan): Promise<readonly Refusal[]> {
  const made = new Set(steps.flatMap(({ action }) => madeBy(action)));
  const refusals: Refusal[] = [];
  for (const step of steps) {
    for (const check of checksOf(tools, stack, step, made)) {
      const refusal = await refusalOf(step, check);
      if (refusal !== null && !refusals.some(({ reason }) => reason === refusal.reason)) refusals.push(refusal);
    }
  }
  return refusals;
}

/** What a step brings into being: nothing can be said of it before. */
function madeBy(action: Step['action']): readonly string[] {
  if (action.kind === 'buildImage') return [`image ${action.image}`];
  return action.kind === 'createContainer' ? [`container ${action.container.name}`] : [];
}

type Check = () => void | Promise<void>;

function checksOf(tools: HostTools, stack: string, { action }: Step, made: ReadonlySet<string>): readonly Check[] {
  switch (action.kind) {
    case 'createVolume':
      return [() => checkVolume(tools.paths, action.volume)];
    case 'updateContainer':
      return [() => checkLimits(tools, action.service)];
    case 'createContainer':
      return [
        () => checkName(action.container.name, stack, tools.containers()),
        ...serviceChecks(tools, action.service, made),
        ...(made.has(`image ${action.service.image}`) ? [] : [() => checkUser(tools, action.service)]),
      ];
    default:
      return [];
  }
}

function serviceChecks(tools: HostTools, service: Service, made: ReadonlySet<string>): readonly Check[] {
  const owners = Object.values(service.namespaces).flatMap((source) =>
    source.kind === 'container' && !made.has(`container ${source.container}`) ? [source.container] : [],
  );
  return [
    () => void toCapabilities(service, 0, ownCapabilities()),
    () => checkIdmappedLayers(service),
    ...service.mounts.flatMap((mount) => (mount.type === 'bind' ? [() => void checkBindSource(mount)] : [])),
    ...service.devices.map((device) => () => void resolveDevice(device)),
    ...owners.map((name) => () => void findContainer(tools.containers(), name)),
    () => checkLimits(tools, service),
  ];
}

/** Overlays on layers with mapped ids came with Linux 5.19. */
function checkIdmappedLayers({ name, namespaces }: Service): void {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  if (namespaces.user.kind !== 'auto' || major > 5 || (major === 5 && minor >= 19)) return;
  throw new BerthError(
    'UNSUPPORTED',
    `give service ${name} a user namespace: image layers with mapped ids need Linux 5.19, this is ${release()}`,
    { hint: 'say `userns_mode: host`' },
  );
}

function checkLimits(tools: HostTools, service: Service): void {
  const devices = service.devices.flatMap((device) => {
    try {
      return resolveDevice(device);
    } catch {
      // A device that isn't there is told by a check of its own.
      return [];
    }
  });
  checkEnforceable(tools, toResources({ service, devices, blockDevices: blockDevices(service.resources) }));
}

/** Users and groups by name are looked up in the image. */
async function checkUser(tools: HostTools, service: Service): Promise<void> {
  const image = await tools.image(service.image);
  const identity = identityOf(tools.paths, image, service);
  const { user } = service.namespaces;
  if (user.kind === 'auto') {
    const within = (asked: typeof user.uidMappings) => mappingsWithin(user.size, 0, asked);
    checkMapped(service.name, identity, { uids: within(user.uidMappings), gids: within(user.gidMappings) });
  }
}

async function refusalOf({ on }: Step, check: Check): Promise<Refusal | null> {
  try {
    await check();
    return null;
  } catch (error) {
    if (!isBerthError(error) || !['INPUT', 'UNSUPPORTED', 'NOT_FOUND'].includes(error.code)) throw error;
    return { on, reason: `${on}: ${error.message}`, hint: error.details.hint ?? null };
  }
}
