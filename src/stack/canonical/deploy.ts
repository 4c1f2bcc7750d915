import type { DeployFile } from '../schema/deploy.js';
import { asText, defined, goDuration, mapValues, type Printable, terse } from './value.js';

type DeviceRequest = NonNullable<NonNullable<NonNullable<DeployFile['resources']>['reservations']>['devices']>[number];
type Rollout = NonNullable<DeployFile['update_config']>;

export function canonicalDeploy(deploy: DeployFile): Printable {
  const { limits, reservations } = deploy.resources ?? {};
  const { restart_policy: restart, placement } = deploy;
  return defined({
    mode: deploy.mode,
    replicas: deploy.replicas,
    labels: mapValues(deploy.labels, (value) => value ?? ''),
    update_config: deploy.update_config && rollout(deploy.update_config),
    rollback_config: deploy.rollback_config && rollout(deploy.rollback_config),
    resources: defined({
      limits: limits ? terse({ cpus: limits.cpus, memory: asText(limits.memory), pids: limits.pids }) : undefined,
      reservations: reservations
        ? terse({
            cpus: reservations.cpus,
            memory: asText(reservations.memory),
            devices: reservations.devices?.map(deviceRequest),
            generic_resources: reservations.generic_resources?.map(({ discrete_resource_spec: spec }) =>
              terse({ discrete_resource_spec: spec && terse(spec) }),
            ),
          })
        : undefined,
    }),
    restart_policy:
      restart &&
      defined({
        condition: restart.condition,
        delay: goDuration(restart.delay),
        max_attempts: restart.max_attempts,
        window: goDuration(restart.window),
      }),
    placement: terse({
      constraints: placement?.constraints,
      preferences: placement?.preferences?.map((preference) => terse(preference)),
      max_replicas_per_node: placement?.max_replicas_per_node,
    }),
    endpoint_mode: deploy.endpoint_mode,
  });
}

function rollout({ parallelism, delay, monitor, ...rest }: Rollout): Printable {
  return defined({ parallelism, ...terse({ delay: goDuration(delay), monitor: goDuration(monitor), ...rest }) });
}

/** Without a number and without ids it is all devices. */
export function deviceRequest(request: DeviceRequest): Printable {
  const { capabilities, count, device_ids: ids, driver, options } = request;
  return terse({
    capabilities,
    driver,
    count: count ?? (ids === undefined ? -1 : undefined),
    device_ids: ids,
    options: mapValues(options, (value) => value ?? ''),
  });
}
