import { type MapNode, toPlain } from '../node.js';
import { type Report, scoped } from '../problems.js';
import { hostPath, type ResolveContext, sorted } from '../resolve/context.js';
import type { ConfigFile, SecretFile } from '../schema/content.js';
import type { NetworkFile } from '../schema/network.js';
import type { ServiceFile } from '../schema/service.js';
import type { StackFile } from '../schema/stack.js';
import type { VolumeFile } from '../schema/volume.js';
import { sectionOf } from '../scope.js';
import { volumesOf } from './mounts.js';
import { canonicalService, networksOf } from './service.js';
import { mapValues, type Printable, terse } from './value.js';

export type CanonicalForm = 'yaml' | 'json';

/**
 * A project in the form in which the reference implementation prints it: enabled services with long syntax everywhere, and
 * the networks, volumes, secrets, configs and models that they use.
 */
export function canonicalProject(
  root: MapNode,
  file: StackFile,
  images: Printable,
  context: ResolveContext,
  report: Report,
  form: CanonicalForm,
): Printable {
  const services = Object.entries(file.services).filter(([name]) => !context.disabled.has(name));
  const used = uses(services.map(([, service]) => service));
  const pick = <T>(section: Readonly<Record<string, T>>, names: ReadonlySet<string>): Readonly<Record<string, T>> =>
    sorted(Object.entries(section).filter(([name]) => names.has(name)));
  const networks = used.networks.has('default') ? { default: {}, ...file.networks } : file.networks;
  const named = (key: string, of: Nameable): string => nameOf(key, of, context.stackName);
  return {
    name: context.stackName,
    services: Object.fromEntries(
      services.map(([name, service]): [string, Printable] => {
        const own = { ...context, serviceName: name, report: scoped(report, 'services', name) };
        const node = sectionOf(root, 'services').entries.get(name)?.node;
        const canonical = canonicalService(service, own);
        return [name, { ...Object(canonical), ...extensionsOf(node?.kind === 'map' ? node : null, form) }];
      }),
    ),
    ...terse({
      networks: mapValues(pick(networks, used.networks), (network, key) =>
        canonicalNetwork(network, named(key, network)),
      ),
      volumes: mapValues(pick(file.volumes, used.volumes), (volume, key) =>
        canonicalVolume(volume, named(key, volume), context),
      ),
      secrets: mapValues(pick(file.secrets, used.secrets), (secret, key) =>
        canonicalContent(secret, named(key, secret), context),
      ),
      configs: mapValues(pick(file.configs, used.configs), (config, key) =>
        canonicalContent(config, named(key, config), context),
      ),
      models: mapValues(pick(file.models, used.models), (model, key) => terse({ name: key, ...model })),
    }),
    ...terse({ images }),
    ...extensionsOf(root, 'yaml'),
  };
}

type Nameable = Pick<VolumeFile, 'name' | 'external'>;

/** Its own name, else the key with the stack's name before it, unless it was made by someone else. */
function nameOf(key: string, { name, external }: Nameable, stackName: string): string {
  if (name !== undefined) return name;
  if (typeof external === 'object') return external.name ?? key;
  return external === true ? key : `${stackName}_${key}`;
}

function isExternal({ external }: Nameable): boolean {
  return external === true || typeof external === 'object';
}

interface Uses {
  readonly networks: ReadonlySet<string>;
  readonly volumes: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
  readonly configs: ReadonlySet<string>;
  readonly models: ReadonlySet<string>;
}

function uses(services: readonly ServiceFile[]): Uses {
  const names = (of: (service: ServiceFile) => readonly string[]): ReadonlySet<string> => new Set(services.flatMap(of));
  return {
    networks: names((service) => Object.keys(networksOf(service) ?? {})),
    volumes: names((service) => volumesOf(service.volumes ?? [])),
    secrets: names(({ secrets = [], build }) =>
      [...secrets, ...(build && 'secrets' in build ? (build.secrets ?? []) : [])].map(({ source }) => source),
    ),
    configs: names(({ configs = [], credential_spec: spec }) => [
      ...configs.map(({ source }) => source),
      ...(spec?.config === undefined ? [] : [spec.config]),
    ]),
    models: names(({ models = {} }) => Object.keys(models)),
  };
}

function canonicalNetwork(network: NetworkFile, name: string): Printable {
  const { driver, driver_opts, ipam, internal, enable_ipv4, enable_ipv6, attachable, labels } = network;
  return {
    ...terse({ name }),
    ipam: terse({ driver: ipam?.driver, config: ipam?.config?.map((pool) => terse(pool)), options: ipam?.options }),
    ...terse({
      driver,
      driver_opts,
      external: isExternal(network),
      internal,
      enable_ipv4,
      enable_ipv6,
      attachable,
      labels: mapValues(labels, (value) => value ?? ''),
    }),
  };
}

function canonicalVolume(volume: VolumeFile, name: string, context: ResolveContext): Printable {
  const { driver, driver_opts: options = {}, labels } = volume;
  const isBind = (options['o'] ?? '').split(',').includes('bind');
  const device = options['device'];
  const placed = isBind && device !== undefined ? { ...options, device: hostPath(device, context) } : options;
  return terse({
    name,
    driver,
    driver_opts: placed,
    external: isExternal(volume),
    labels: mapValues(labels, (value) => value ?? ''),
  });
}

function canonicalContent(content: SecretFile & ConfigFile, name: string, context: ResolveContext): Printable {
  const { file, environment, content: text, labels, template_driver, driver, driver_opts } = content;
  return {
    name,
    ...terse({
      file: file === undefined ? undefined : hostPath(file, context),
      environment,
      content: text,
      external: isExternal(content),
      labels: mapValues(labels, (value) => value ?? ''),
      template_driver,
      driver,
      driver_opts,
    }),
  };
}

/** `x-*` keys as they were written; of services the reference has only ours in JSON. */
function extensionsOf(map: MapNode | null, form: CanonicalForm): Record<string, Printable> {
  const entries = [...(map?.entries ?? [])].filter(([key]) =>
    form === 'yaml' ? key.startsWith('x-') && key !== 'x-images' : key === 'x-berth',
  );
  return Object.fromEntries(entries.map(([key, { node }]) => [key, toPlain(node)]));
}
