// Who Berth is compared with: what is installed and answers. DOCKER_HOST and the like are passed on.

import { isInstalled, output, run } from './measure.mjs';

/**
 * @typedef {object} Composer
 * @property {string} name
 * @property {(file: string, ...words: string[]) => string[]} compose the command line of a compose command
 * @property {string[]} load its command to load an image archive, without the archive
 * @property {string[]} unload its command to remove an image, without the image
 * @property {() => void} clean removes the containers of a command that was stopped
 */

/** @returns {Composer[]} */
export function composers() {
  const found = [];
  if (output(['docker', 'info', '--format', '{{.ID}}']).trim() !== '') {
    const name = `docker ${output(['docker', 'info', '--format', '{{.ServerVersion}}']).trim()}`;
    const compose = output(['docker', 'compose', 'version']) === '' ? ['docker-compose'] : ['docker', 'compose'];
    if (compose.length === 2 || isInstalled('docker-compose')) {
      found.push({
        name,
        compose: (file, ...words) => [...compose, '-p', 'berthbench', '-f', file, ...words],
        load: ['docker', 'load', '-q', '-i'],
        unload: ['docker', 'rmi', '-f'],
        clean: () => removeContainers('docker', 'com.docker.compose.project'),
      });
    }
  }
  if (isInstalled('podman') && isInstalled('podman-compose')) {
    found.push({
      name: 'podman',
      compose: (file, ...words) => ['podman-compose', '-p', 'berthbench', '-f', file, ...words],
      load: ['podman', 'load', '-q', '-i'],
      unload: ['podman', 'rmi', '-f'],
      clean: () => removeContainers('podman', 'io.podman.compose.project'),
    });
  }
  return found;
}

function removeContainers(program, label) {
  const ids = output([program, 'ps', '-aq', '--filter', `label=${label}=berthbench`])
    .split('\n')
    .filter(Boolean);
  if (ids.length > 0) run([program, 'rm', '-f', ...ids], { allowFailure: true });
}
