import type { z } from 'zod';
import type { MapNode } from './node.js';
import { type Report, scoped } from './problems.js';
import { resourceName } from './schema/common.js';
import { config, secret } from './schema/content.js';
import { image } from './schema/image.js';
import { model } from './schema/model.js';
import { network } from './schema/network.js';
import { NOTHING, SERVICE } from './schema/refused.js';
import { service, stackDefaults } from './schema/service.js';
import { imageName, type StackFile, stackFile } from './schema/stack.js';
import { volume } from './schema/volume.js';
import { suggest } from './suggest.js';
import { validateKeys } from './validate.js';

/** The section for images that a file has: ours, or the one that other tools skip. */
export function imagesKeyOf(root: MapNode): 'images' | 'x-images' {
  return root.entries.has('images') ? 'images' : 'x-images';
}

/** Checks a merged tree section by section. What is wrong is reported and left out of the result. */
export function parseStackFile(root: MapNode, report: Report): StackFile {
  checkTopLevel(root, report);
  const plain = <Shape extends z.core.$ZodShape>(section: string, schema: z.ZodObject<Shape>) =>
    parseSection(root, section, resourceName, report, (map, at) => validateKeys(schema, map, NOTHING, at));
  return {
    hardened: parseDefaults(root, report).hardened ?? false,
    services: parseSection(root, 'services', resourceName, report, (map, at) => {
      if (!hasImage(map)) at.keyError([], "missing key 'image'");
      return validateKeys(service, map, SERVICE, at);
    }),
    volumes: plain('volumes', volume),
    networks: plain('networks', network),
    secrets: plain('secrets', secret),
    configs: plain('configs', config),
    models: parseSection(root, 'models', resourceName, report, (map, at) => {
      if (!map.entries.has('model')) at.keyError([], "missing key 'model'");
      return validateKeys(model, map, NOTHING, at);
    }),
    images: parseSection(root, imagesKeyOf(root), imageName, report, (map, at) => {
      if (!map.entries.has('base')) at.keyError([], "missing key 'base'");
      return validateKeys(image, map, NOTHING, at);
    }),
  };
}

/** A service runs an image, one that is built, or what a provider makes. An empty text names none. */
function hasImage({ entries }: MapNode): boolean {
  const image = entries.get('image')?.node;
  const isEmpty = image?.kind === 'scalar' && image.value === '';
  return (image !== undefined && !isEmpty) || entries.has('build') || entries.has('provider');
}

function checkTopLevel(root: MapNode, report: Report): void {
  const known = Object.keys(stackFile.shape);
  for (const [key, { node }] of root.entries) {
    const isText = node.kind === 'scalar' && typeof node.value === 'string';
    if ((key === 'version' || key === 'name') && !isText) report.error([key], 'expected a string');
    else if (key === 'version') report.warn([key], 'obsolete: it is ignored');
    else if (!known.includes(key) && !key.startsWith('x-')) report.keyError([key], 'unknown key', suggest(key, known));
  }
  const both = root.entries.has('images') && root.entries.has('x-images');
  if (both) report.keyError(['x-images'], 'means the same as images: give one of them');
}

function parseDefaults(root: MapNode, report: Report): z.output<typeof stackDefaults> {
  const node = root.entries.get('x-berth')?.node;
  if (node === undefined) return {};
  if (node.kind === 'map') return validateKeys(stackDefaults, node, NOTHING, scoped(report, 'x-berth'));
  report.error(['x-berth'], 'expected a map');
  return {};
}

/** Sections whose entries may be empty: one without settings. */
const MAY_BE_EMPTY = ['volumes', 'networks'];

/** The entries of a section, maps by name. */
function parseSection<T>(
  root: MapNode,
  section: string,
  names: z.ZodType,
  report: Report,
  parse: (map: MapNode, at: Report) => T,
): Record<string, T> {
  const node = root.entries.get(section)?.node;
  const found: Record<string, T> = {};
  const isNothing = node?.kind === 'scalar' && node.value === null && section !== 'services';
  if (!node || isNothing) return found;
  if (node.kind !== 'map') {
    report.error([section], 'expected a map of names');
    return found;
  }
  for (const [name, { node: value }] of node.entries) {
    const at = scoped(report, section, name);
    const checked = names.safeParse(name);
    const isEmpty = MAY_BE_EMPTY.includes(section) && value.kind === 'scalar' && value.value === null;
    if (!checked.success) at.keyError([], checked.error.issues[0]?.message ?? 'wrong name');
    if (value.kind === 'map') found[name] = parse(value, at);
    else if (isEmpty) found[name] = parse({ ...value, kind: 'map', entries: new Map() }, at);
    else at.error([], 'expected a map');
  }
  return found;
}
