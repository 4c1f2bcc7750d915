import type { z } from 'zod';
import type { MapNode } from './node.js';
import { type Report, scoped } from './problems.js';
import { resourceName } from './schema/common.js';
import { image } from './schema/image.js';
import { IMAGE, NOTHING, SERVICE, TOP_LEVEL } from './schema/refused.js';
import { service } from './schema/service.js';
import { imageName, type StackFile, stackFile } from './schema/stack.js';
import { volume } from './schema/volume.js';
import { reportUnknown, validateKeys } from './validate.js';

/** The section for images that a file has: ours, or the one that other tools skip. */
export function imagesKeyOf(root: MapNode): 'images' | 'x-images' {
  return root.entries.has('images') ? 'images' : 'x-images';
}

/** Checks a merged tree section by section. What is wrong is reported and left out of the result. */
export function parseStackFile(root: MapNode, report: Report): StackFile {
  checkTopLevel(root, report);
  const imagesKey = imagesKeyOf(root);
  return {
    services: parseSection(root, 'services', resourceName, report, (map, at) => {
      if (!map.entries.has('image') && !map.entries.has('build')) at.keyError([], "missing key 'image'");
      return validateKeys(service, map, SERVICE, at);
    }),
    volumes: parseSection(root, 'volumes', resourceName, report, (map, at) => validateKeys(volume, map, NOTHING, at)),
    images: parseSection(root, imagesKey, imageName, report, (map, at) => {
      if (!map.entries.has('base')) at.keyError([], "missing key 'base'");
      return validateKeys(image, map, IMAGE, at);
    }),
  };
}

function checkTopLevel(root: MapNode, report: Report): void {
  const known = Object.keys(stackFile.shape);
  for (const [key, { node }] of root.entries) {
    const isText = node.kind === 'scalar' && typeof node.value === 'string';
    if (key === 'version' && isText) report.warn([key], TOP_LEVEL.ignored['version'] ?? '');
    else if ((key === 'version' || key === 'name') && !isText) report.error([key], 'expected a string');
    else if (!known.includes(key) && !key.startsWith('x-')) reportUnknown(key, known, TOP_LEVEL, report);
  }
  const both = root.entries.has('images') && root.entries.has('x-images');
  if (both) report.keyError(['x-images'], 'means the same as images: give one of them');
}

/** The entries of a section. An empty volume is one without settings; any other entry has to be a map. */
function parseSection<T>(
  root: MapNode,
  section: string,
  names: z.ZodType,
  report: Report,
  parse: (map: MapNode, at: Report) => T,
): Record<string, T> {
  const node = root.entries.get(section)?.node;
  const found: Record<string, T> = {};
  if (!node || (node.kind === 'scalar' && node.value === null)) return found;
  if (node.kind !== 'map') {
    report.error([section], 'expected a map of names');
    return found;
  }
  for (const [name, { node: value }] of node.entries) {
    const at = scoped(report, section, name);
    const checked = names.safeParse(name);
    const isEmptyVolume = section === 'volumes' && value.kind === 'scalar' && value.value === null;
    if (name.startsWith('x-')) continue;
    if (!checked.success) at.keyError([], checked.error.issues[0]?.message ?? 'wrong name');
    if (value.kind === 'map') found[name] = parse(value, at);
    else if (isEmptyVolume) found[name] = parse({ ...value, kind: 'map', entries: new Map() }, at);
    else at.error([], 'expected a map');
  }
  return found;
}
