// Who is compared: Berth from this checkout, and what is installed and answers. DOCKER_HOST and the like are passed on.

import { join } from 'node:path';
import { isInstalled, output } from './measure.mjs';

/**
 * @typedef {object} Composer
 * @property {string} name
 * @property {(file: string, ...words: string[]) => string[]} compose the command line of a compose command
 * @property {string[]} load its command to load an image archive, without the archive
 * @property {string[]} unload its command to remove an image, without the image
 */

/** Berth with state directories of its own. */
export function berth(checkout, scratch) {
  const program = join(checkout, 'bin/berth');
  const state = ['--root', join(scratch, 'root'), '--run', join(scratch, 'run')];
  return {
    name: 'berth',
    program,
    compose: (file, command, ...words) => [program, ...state, '-p', 'berthbench', '-f', file, command, ...words],
    load: [program, ...state, 'image', 'load'],
  };
}

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
      });
    }
  }
  if (isInstalled('podman') && isInstalled('podman-compose')) {
    found.push({
      name: 'podman',
      compose: (file, ...words) => ['podman-compose', '-p', 'berthbench', '-f', file, ...words],
      load: ['podman', 'load', '-q', '-i'],
      unload: ['podman', 'rmi', '-f'],
    });
  }
  return found;
}
