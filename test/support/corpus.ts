import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * A folder of Compose files with what the reference implementation makes of them, which is not part of the project: that of
 * BERTH_CORPUS, else beside the checkout.
 */
export const CORPUS = resolve(process.env['BERTH_CORPUS'] ?? '../shared/corpus');

export const hasCorpus = existsSync(CORPUS);

export const NO_CORPUS = `there is no corpus of Compose files in ${CORPUS}`;

/** The cases of a group, by name; none without a corpus. */
export function casesOf(group: string): string[] {
  return hasCorpus ? readdirSync(join(CORPUS, group)).sort() : [];
}

export function readCase(group: string, name: string, file: string): string {
  return readFileSync(join(CORPUS, group, name, file), 'utf8');
}
