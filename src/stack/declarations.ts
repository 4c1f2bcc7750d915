import type { Path } from './node.js';
import { type Report, scoped } from './problems.js';
import { checkService, type ResolveContext } from './resolve/context.js';
import type { ServiceFile } from './schema/service.js';
import type { StackFile } from './schema/stack.js';
import { suggest } from './suggest.js';

type Section = 'networks' | 'secrets' | 'configs' | 'models';

/**
 * Checks that what enabled services name is declared, and that what is declared says where it comes from. Volumes and the
 * services of `depends_on` and of namespaces are looked up where they are resolved.
 */
export function checkDeclarations(file: StackFile, context: ResolveContext, report: Report): void {
  for (const [name, service] of Object.entries(file.services)) {
    if (!context.disabled.has(name))
      checkUses(service, file, { ...context, serviceName: name }, scoped(report, 'services', name));
  }
  for (const section of ['networks', 'volumes', 'secrets', 'configs'] as const) {
    for (const [name, { name: own, external }] of Object.entries(file[section])) {
      if (own && typeof external === 'object' && external.name)
        report.error([section, name, 'external', 'name'], "give 'external: true' and 'name' alone");
    }
  }
  for (const [name, { external, file: path, environment }] of Object.entries(file.secrets)) {
    if (!external && !path && !environment)
      report.keyError(['secrets', name], "expected 'file', 'environment' or 'external'");
  }
  for (const [name, { external, file: path, environment, content }] of Object.entries(file.configs)) {
    if (!external && !path && !environment && content === undefined)
      report.keyError(['configs', name], "expected 'file', 'environment', 'content' or 'external'");
  }
}

function checkUses(
  service: ServiceFile,
  file: StackFile,
  context: ResolveContext & { readonly serviceName: string },
  report: Report,
): void {
  const own = { ...context, report };
  for (const name of Object.keys(service.networks ?? {})) check('networks', name, ['networks'], file, report);
  for (const name of Object.keys(service.models ?? {})) check('models', name, ['models', name], file, report);
  for (const [index, { source }] of (service.secrets ?? []).entries())
    check('secrets', source, ['secrets', index], file, report);
  for (const [index, { source }] of (service.configs ?? []).entries())
    check('configs', source, ['configs', index], file, report);
  for (const [index, { source }] of buildSecrets(service).entries())
    check('secrets', source, ['build', 'secrets', index], file, report);
  for (const [index, link] of (service.links ?? []).entries())
    checkService(link.split(':', 1)[0] ?? '', ['links', index], own, 'value');
  for (const [index, from] of (service.volumes_from ?? []).entries()) {
    if (!from.startsWith('container:'))
      checkService(from.split(':', 1)[0] ?? '', ['volumes_from', index], own, 'value');
  }
  if (service.network_mode && Object.keys(service.networks ?? {}).length > 0)
    report.keyError(['networks'], 'has no meaning beside network_mode');
  checkPlatform(service, report);
}

function buildSecrets({ build }: ServiceFile): readonly { readonly source: string }[] {
  return build && 'secrets' in build ? (build.secrets ?? []) : [];
}

function check(section: Section, name: string, path: Path, file: StackFile, report: Report): void {
  if (Object.hasOwn(file[section], name) || (section === 'networks' && name === 'default')) return;
  const names = Object.keys(file[section]);
  report.error(
    path,
    `there is no ${section.slice(0, -1)} '${name}'`,
    suggest(name, names) ?? `declare '${name}:' below ${section}`,
  );
}

/** An image is built for all of `platforms`, so that of the service has to be among them. */
function checkPlatform({ build, platform }: ServiceFile, report: Report): void {
  const platforms = build && 'platforms' in build ? (build.platforms ?? []) : [];
  if (platform && platforms.length > 0 && !platforms.includes(platform))
    report.error(['platform'], `'${platform}' is not among build.platforms`, suggest(platform, platforms));
}
