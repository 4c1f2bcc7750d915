import { existsSync } from 'node:fs';
import { makeDirs } from '../directories.js';
import type { HostTools } from './tools.js';

type Place = Pick<HostTools, 'addon' | 'paths'>;

/** Makes the directory of all containers, and has it and that of their layers spread over the disk. */
export function prepareContainers({ addon, paths }: Place): void {
  if (existsSync(paths.containers)) return;
  for (const dir of [paths.containers, paths.overlay]) {
    makeDirs(dir);
    addon.spreadSubdirectories(dir);
  }
}

/** The same for what they have in this boot. */
export function prepareRunContainers({ addon, paths }: Place): void {
  if (existsSync(paths.runContainers)) return;
  makeDirs(paths.runContainers, 0o711);
  addon.spreadSubdirectories(paths.runContainers);
}
