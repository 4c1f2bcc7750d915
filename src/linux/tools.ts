import type { Addon } from '../addon/addon.js';
import type { ImageStore } from '../image/model.js';
import type { ContainerIndex } from './index.js';
import type { Paths } from './paths.js';

/** What every part of the engine works with. */
export interface HostTools {
  readonly paths: Paths;
  readonly addon: Addon;
  /** all containers as they are now */
  readonly containers: () => ContainerIndex;
  readonly images: () => Promise<ImageStore>;
}
