import type { Stack } from '../stack/model.js';
import type { DecisionContext, ServiceDecisions } from './decision.js';
import type { PlanOptions, Refusal } from './options.js';
import { sharedNamespaces } from './order.js';
import { ownerOf } from './reasons.js';
import { wantedCount } from './services.js';

/** Options that name what the file hasn't, or ask what can't be. */
export function refuseOptions(stack: Stack, options: PlanOptions): Refusal[] {
  const named = [...options.services, ...Object.keys(options.scale)].filter(
    (name) => stack.services[name] === undefined,
  );
  const unknown = [...new Set(named)].sort().map((name) => ({
    on: `service:${name}`,
    reason: `find service ${name}: the file has none of this name`,
    hint: `services: ${Object.keys(stack.services).sort().join(', ')}`,
  }));
  const services = Object.values(stack.services).sort((a, b) => (a.name < b.name ? -1 : 1));
  const clashes = services.flatMap((service) => {
    if (service.containerName === null || wantedCount(service, { options }) <= 1) return [];
    const reason = `scale service ${service.name}: its container_name ${service.containerName} can be used once only`;
    return [{ on: `service:${service.name}`, reason, hint: 'drop `container_name`' }];
  });
  const wrong = options.forceRecreate && options.noRecreate;
  const both = { on: `stack:${stack.name}`, reason: 'recreate containers: forced and forbidden at once', hint: null };
  return [...unknown, ...clashes, ...(wrong ? [both] : [])];
}

/** Containers that can't be made: their image isn't there, or the owner of a namespace isn't. */
export function refuseService({ service, replicas }: ServiceDecisions, context: DecisionContext): Refusal[] {
  const isMade = replicas.some(({ verdict }) => verdict === 'create' || verdict === 'replace');
  if (!isMade) return [];
  const on = `service:${service.name}`;
  const { image } = service;
  const isMissing = context.observed.images[image] === undefined && context.stack.images[image] === undefined;
  const missing = {
    on,
    reason: `create containers of ${service.name}: image ${image} is not in the store`,
    hint: 'load it with `berth image load`, or describe it under `images:`',
  };
  const ownerless = sharedNamespaces(service).flatMap(({ namespace, owner }) => {
    if (ownerOf(owner, context.decided) !== null) return [];
    return [
      { on, reason: `share ${namespace} of ${owner} with ${service.name}: ${owner} has no container`, hint: null },
    ];
  });
  return [...(isMissing ? [missing] : []), ...ownerless];
}
