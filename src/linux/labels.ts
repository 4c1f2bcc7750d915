import { createHash } from 'node:crypto';
import type { Image } from '../image/model.js';
import type { Service, Stack } from '../stack/model.js';

export interface LabelSource {
  readonly stack: Stack;
  readonly service: Service;
  readonly image: Image;
  readonly replica: number;
  readonly oneOff: boolean;
}

/** The image's labels, the service's over them, and docker compose's own, by which people recognise containers. */
export function containerLabels({
  stack,
  service,
  image,
  replica,
  oneOff,
}: LabelSource): Readonly<Record<string, string>> {
  const dependencies = Object.entries(service.dependsOn).map(
    ([name, { condition, restart }]) => `${name}:${condition}:${restart}`,
  );
  return {
    ...image.config.config.Labels,
    ...service.labels,
    'com.docker.compose.config-hash': createHash('sha256').update(JSON.stringify(service)).digest('hex'),
    'com.docker.compose.container-number': String(replica),
    'com.docker.compose.depends_on': dependencies.join(','),
    'com.docker.compose.image': image.id,
    'com.docker.compose.oneoff': oneOff ? 'True' : 'False',
    'com.docker.compose.project': stack.name,
    'com.docker.compose.project.config_files': stack.files.join(','),
    'com.docker.compose.project.working_dir': stack.workingDir,
    'com.docker.compose.service': service.name,
    'com.docker.compose.version': BERTH_VERSION,
  };
}
