import { z } from 'zod';
import { resourceName, text } from './common.js';
import { type ConfigFile, config, type SecretFile, secret } from './content.js';
import { type ImageFile, image } from './image.js';
import { type ModelFile, model } from './model.js';
import { type NetworkFile, network } from './network.js';
import { type ServiceFile, service, stackDefaults } from './service.js';
import { type VolumeFile, volume } from './volume.js';

/** Names that can stand in an image reference. */
export const imageName = z
  .string()
  .regex(/^[a-z0-9]+(?:[._/:-]+[a-z0-9_][\w.-]*)*$/, { error: 'expected an image name such as app or app:1.0' });

const images = z.record(imageName, image).nullable();

/** The whole file: editors check against the JSON Schema of this. */
export const stackFile = z.strictObject({
  name: text.optional().meta({ description: 'name of the stack: lower-case letters, digits, - and _' }),
  version: z.string().optional().meta({ description: 'ignored' }),
  services: z.record(resourceName, service).nullable().optional().meta({ description: 'what runs' }),
  volumes: z.record(resourceName, volume.nullable()).nullable().optional().meta({ description: 'named volumes' }),
  networks: z.record(resourceName, network.nullable()).nullable().optional(),
  secrets: z.record(resourceName, secret).nullable().optional(),
  configs: z.record(resourceName, config).nullable().optional(),
  models: z.record(resourceName, model).nullable().optional(),
  images: images.optional().meta({ description: 'images to build' }),
  'x-berth': stackDefaults.optional().meta({ description: 'what holds for all services' }),
  'x-images': images.optional().meta({ description: 'the same as images, where other tools read the file too' }),
});

/** What the user wrote, as far as it is right. */
export interface StackFile {
  /** `x-berth.hardened` of the file */
  readonly hardened: boolean;
  readonly services: Readonly<Record<string, ServiceFile>>;
  readonly volumes: Readonly<Record<string, VolumeFile>>;
  readonly networks: Readonly<Record<string, NetworkFile>>;
  readonly secrets: Readonly<Record<string, SecretFile>>;
  readonly configs: Readonly<Record<string, ConfigFile>>;
  readonly models: Readonly<Record<string, ModelFile>>;
  readonly images: Readonly<Record<string, ImageFile>>;
}
