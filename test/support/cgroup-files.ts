import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Addon } from '../../src/addon/addon.js';

/** A cgroup's files as the kernel shows them, wherever this host keeps each controller. */
export class CgroupFiles {
  readonly #addon: Addon;
  readonly #path: string;

  /** @param path as `/berth/<stack>/<id>` */
  constructor(addon: Addon, path: string) {
    this.#addon = addon;
    this.#path = path;
  }

  /** 1 or 2. @throws where the host does not have the controller */
  version(controller: string): 1 | 2 {
    return find(this.#addon, controller).version;
  }

  read(controller: string, file: string): string {
    return readFileSync(this.file(controller, file), 'utf8').trim();
  }

  write(controller: string, file: string, value: string): void {
    writeFileSync(this.file(controller, file), value);
  }

  file(controller: string, file: string): string {
    return join(find(this.#addon, controller).mountPoint, this.#path, file);
  }
}

/** `io` is v2's name of `blkio`. */
function find(addon: Addon, name: string): ReturnType<Addon['cgroupHost']>['controllers'][number] {
  const names = name === 'blkio' ? ['blkio', 'io'] : [name];
  const found = addon
    .cgroupHost()
    .controllers.find((controller) => names.includes(controller.name) && controller.mountPoint !== '');
  if (found === undefined) throw new Error(`this host has no controller ${name}`);
  return found;
}
