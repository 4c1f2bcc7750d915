import type { Service } from '../model.js';
import { IGNORED_DEPLOY_KEYS } from '../schema/deploy.js';
import type { ServiceFile } from '../schema/service.js';
import type { ServiceContext } from './context.js';
import { harden } from './hardened.js';
import { resolveIsolation } from './isolation.js';
import { resolveLife } from './life.js';
import { resolveMounts } from './mounts.js';
import { resolveNamespaces } from './namespaces.js';
import { resolveProcess } from './process.js';
import { resolveResources } from './resources.js';
import { resolveSecurity } from './security.js';

const DEFAULT_SHM_BYTES = 64 * 1024 * 1024;

/** One service with every default filled. What depends on other services is checked afterwards, in references.ts. */
export function resolveService(file: ServiceFile, hardenedByDefault: boolean, context: ServiceContext): Service {
  const { report } = context;
  for (const key of IGNORED_DEPLOY_KEYS) {
    if (file.deploy?.[key] !== undefined) report.warn(['deploy', key], 'ignored: it has no effect on one host');
  }
  const service: Service = {
    name: context.serviceName,
    image: resolveImageName(file.image, context),
    ...resolveProcess(file, context),
    ...resolveIsolation(file, context),
    ...resolveSecurity(file, context),
    mounts: resolveMounts(file, context),
    shmSizeBytes: file.shm_size || DEFAULT_SHM_BYTES,
    resources: resolveResources(file, context),
    ...resolveLife(file, context),
    namespaces: resolveNamespaces(file, context),
  };
  return (file['x-berth']?.hardened ?? hardenedByDefault) ? harden(service, file, report) : service;
}

/** `[HOST[:PORT]/]PATH[:TAG][@DIGEST]`, as Docker has it. */
const IMAGE_REFERENCE =
  /^(?:[\w.-]+(?::\d+)?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[a-f0-9]{64})?$/;

function resolveImageName(image: string | undefined, context: ServiceContext): string {
  if (image && !IMAGE_REFERENCE.test(image) && !/^(?:sha256:)?[a-f0-9]{12,64}$/.test(image)) {
    context.report.refuse(['image'], `'${image}' is not an image reference`);
  }
  return image ?? '';
}
