import { blankService } from '../stack/blank-service.js';
import type { Service } from '../stack/model.js';

/** What a build step runs in: the host's network, Docker's default capabilities, no limits, no log. */
export function buildService(image: string): Service {
  const blank = blankService(`build-${image.replaceAll(/[^a-z0-9_-]/g, '-')}`, image);
  return {
    ...blank,
    entrypoint: [],
    init: true,
    namespaces: { ...blank.namespaces, network: { kind: 'host' } },
    stopGraceMs: 0,
    logging: { driver: 'none', maxSizeBytes: 0, maxFile: 1 },
  };
}
