import type { Dependency, Service } from '../model.js';
import { IGNORED_DEPLOY_KEYS } from '../schema/deploy.js';
import type { ServiceFile } from '../schema/service.js';
import { type ServiceContext, sorted } from './context.js';
import { resolveIsolation } from './isolation.js';
import { resolveLife } from './life.js';
import { resolveMounts } from './mounts.js';
import { resolveNamespaces } from './namespaces.js';
import { resolveProcess } from './process.js';
import { resolveResources } from './resources.js';

const DEFAULT_SHM_BYTES = 64 * 1024 * 1024;

/** One service with every default filled. What depends on other services is checked afterwards, in references.ts. */
export function resolveService(file: ServiceFile, context: ServiceContext): Service {
  const { report } = context;
  for (const key of IGNORED_DEPLOY_KEYS) {
    if (file.deploy?.[key] !== undefined) report.warn(['deploy', key], 'ignored: it has no effect on one host');
  }
  const life = resolveLife(file, context);
  const namespaces = resolveNamespaces(file, context);
  return {
    name: context.serviceName,
    image: resolveImageName(file.image, context),
    ...resolveProcess(file, context),
    ...resolveIsolation(file, context),
    mounts: resolveMounts(file, context),
    shmSizeBytes: file.shm_size || DEFAULT_SHM_BYTES,
    resources: resolveResources(file, context),
    ...life,
    namespaces,
    dependsOn: withOwners(life.dependsOn, Object.values(namespaces)),
  };
}

/** `[HOST[:PORT]/]PATH[:TAG][@DIGEST]`, as Docker has it. */
const IMAGE_REFERENCE =
  /^(?:[\w.-]+(?::\d+)?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[a-f0-9]{64})?$/;

function resolveImageName(image: string | undefined, context: ServiceContext): string {
  if (image !== undefined && !IMAGE_REFERENCE.test(image) && !/^(?:sha256:)?[a-f0-9]{12,64}$/.test(image)) {
    context.report.error(['image'], `'${image}' is not an image reference`);
  }
  return image ?? '';
}

/**
 * Whose namespace a service is in has to be there before it, and a new owner has a new namespace: so there is a dependency
 * with `restart: true`, whether it is written or not. The pid namespace dies with its owner's first process.
 */
function withOwners(
  written: Readonly<Record<string, Dependency>>,
  sources: readonly { kind: string; service?: string }[],
): Record<string, Dependency> {
  const all = new Map(Object.entries(written));
  for (const { kind, service } of sources) {
    if (kind !== 'service' || service === undefined) continue;
    all.set(service, { condition: all.get(service)?.condition ?? 'service_started', restart: true, required: true });
  }
  return sorted(all);
}
