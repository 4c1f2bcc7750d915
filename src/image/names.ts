import type { Layers } from '../addon/layers.js';
import { BerthError } from '../errors.js';
import { isDigest } from './digest.js';
import { readText, replaceDurably } from './files.js';
import { withLock } from './lock.js';
import type { StorePaths } from './paths.js';
import { parseReference } from './reference.js';

/** Familiar names (`redis:7`, `redis@sha256:…`) to image ids. */
export type Names = ReadonlyMap<string, string>;

/** Reads `repositories.json`: Docker's `{"Repositories": {"redis": {"redis:7": "sha256:…"}}}`. */
export function readNames(paths: StorePaths): Names {
  const text = readText(paths.names);
  const names = new Map<string, string>();
  if (text === null) return names;
  for (const repository of Object.values(repositoriesOf(text, paths.names))) {
    if (!isRecord(repository)) throw damaged(paths.names);
    for (const [name, id] of Object.entries(repository)) {
      if (typeof id !== 'string' || !isDigest(id)) throw damaged(paths.names);
      names.set(name, id);
    }
  }
  return names;
}

/** Changes the names under their lock; the file is replaced only where something changed. */
export async function changeNames(
  layers: Layers,
  paths: StorePaths,
  change: (names: Map<string, string>) => void,
): Promise<void> {
  await withLock(layers, paths.namesLock, true, async () => {
    const before = readNames(paths);
    const names = new Map(before);
    change(names);
    const text = formatNames(names);
    if (text !== formatNames(before)) replaceDurably(paths.names, text);
  });
}

/** Tags of an image, sorted; digests of manifests aren't names that people gave. */
export function tagsOf(names: Names, id: string): string[] {
  return [...names].flatMap(([name, of]) => (of === id && !name.includes('@') ? [name] : [])).sort();
}

function formatNames(names: Names): string {
  const repositories: Record<string, Record<string, string>> = {};
  for (const [name, id] of [...names].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const repository = parseReference(name)?.repository ?? name;
    repositories[repository] = { ...repositories[repository], [name]: id };
  }
  return JSON.stringify({ Repositories: repositories });
}

function repositoriesOf(text: string, path: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text);
    if (isRecord(parsed) && isRecord(parsed['Repositories'])) return parsed['Repositories'];
  } catch {
    // told below
  }
  throw damaged(path);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function damaged(path: string): BerthError {
  return new BerthError('STATE', `image store is damaged: ${path} can't be read`, { path });
}
