import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is in the overlay directory of a `--root` and belongs to no committed layer: directories, short links, drafts. */
export function strayLayers(root: string): string[] {
  const layers = join(root, 'image/overlay2/layerdb/sha256');
  const overlay = join(root, 'overlay2');
  const [committed, partial] = split(namesIn(layers), (name) => /^[0-9a-f]{64}$/.test(name));
  const ids = committed.map((name) => readFileSync(join(layers, name, 'cache-id'), 'utf8'));
  const links = ids.map((id) => readFileSync(join(overlay, id, 'link'), 'utf8'));
  return [
    ...partial.map((name) => join(layers, name)),
    ...namesIn(overlay).flatMap((name) => (name === 'l' || ids.includes(name) ? [] : [join(overlay, name)])),
    ...namesIn(join(overlay, 'l')).flatMap((name) => (links.includes(name) ? [] : [join(overlay, 'l', name)])),
  ];
}

function split(names: readonly string[], accept: (name: string) => boolean): [string[], string[]] {
  return [names.filter(accept), names.filter((name) => !accept(name))];
}

function namesIn(dir: string): string[] {
  return existsSync(dir) ? readdirSync(dir) : [];
}
