import { findCycles } from '../cycles.js';
import type { ImageSource, Service, Stack, Volume } from '../model.js';
import { type Report, scoped } from '../problems.js';
import { checkReferences, imageEdges, nameOwners, serviceEdges, shareJoinedIpc } from '../references.js';
import type { StackFile } from '../schema/stack.js';
import { type ResolveContext, sorted } from './context.js';
import { resolveImage } from './images.js';
import { resolveService } from './service.js';
import { resolveVolume } from './volumes.js';

/**
 * Resolves all that is right in a file; what is wrong goes to the report, whose paths start at the document.
 * @param imagesKey `images` or `x-images`, whichever the file has
 */
export function resolveStack(
  file: StackFile,
  imagesKey: string,
  context: ResolveContext,
  report: Report,
): Pick<Stack, 'services' | 'volumes' | 'images'> {
  const written: Record<string, Service> = {};
  for (const [serviceName, service] of Object.entries(file.services)) {
    if (context.disabled.has(serviceName)) continue;
    written[serviceName] = resolveService(service, file.hardened, {
      ...context,
      serviceName,
      report: scoped(report, 'services', serviceName),
    });
  }
  const services = nameOwners(written, context.stackName);
  const images: Record<string, ImageSource> = {};
  for (const [name, image] of Object.entries(file.images))
    images[name] = resolveImage(name, image, context, scoped(report, imagesKey, name));
  const volumes: Record<string, Volume> = {};
  for (const [key, volume] of Object.entries(file.volumes))
    volumes[key] = resolveVolume(key, volume, context.stackName, scoped(report, 'volumes', key));
  checkReferences(services, report);
  reportCycles(serviceEdges(services), (name) => ['services', name], 'dependency cycle', report);
  reportCycles(imageEdges(images), (name) => [imagesKey, name, 'base'], 'cycle of bases', report);
  return {
    services: sorted(Object.entries(shareJoinedIpc(services))),
    volumes: usedVolumes(services, volumes),
    images: sorted(Object.entries(images)),
  };
}

function reportCycles(
  edges: ReadonlyMap<string, readonly string[]>,
  pathOf: (name: string) => string[],
  what: string,
  report: Report,
): void {
  for (const cycle of findCycles(edges))
    report.keyError(pathOf(cycle[0] ?? ''), `${what} detected: ${cycle.join(' -> ')}`);
}

/** A volume that no service mounts is not created, and not part of the stack. */
function usedVolumes(
  services: Readonly<Record<string, Service>>,
  volumes: Readonly<Record<string, Volume>>,
): Record<string, Volume> {
  const used = new Set(
    Object.values(services).flatMap(({ mounts }) =>
      mounts.map((mount) => (mount.type === 'volume' ? mount.volume : null)),
    ),
  );
  return sorted(Object.entries(volumes).filter(([key]) => used.has(key)));
}
