import type { Addon } from '../addon/addon.js';
import type { Image, ImageStore } from '../image/model.js';
import type { ContainerIndex } from './index.js';
import type { Paths } from './paths.js';
import type { ContainerRecord } from './record.js';

/** What every part of the engine works with. */
export interface HostTools {
  readonly paths: Paths;
  readonly addon: Addon;
  /** all containers as they are now */
  readonly containers: () => ContainerIndex;
  /** one container's record as it is now; null where there is none */
  readonly record: (id: string) => ContainerRecord | null;
  readonly images: () => Promise<ImageStore>;
  /**
   * An image by name or id, looked up once in the life of a command.
   * @throws BerthError NOT_FOUND
   */
  readonly image: (reference: string) => Promise<Image>;
  /** to be called where names of images may mean others than before */
  readonly forgetImages: () => void;
  /** records that were written and are not known to be on the disk: `flush` sees to it before a command ends */
  readonly unsynced: Set<string>;
}
