import { expect, test } from 'vitest';
import { printJson, printYaml } from '../../../src/stack/canonical/print.js';
import { drawDiagnostics } from '../../../src/stack/draw.js';
import { type LoadResult, load } from '../../../src/stack/load.js';
import { type ProjectFiles, withProject } from '../../support/stack-file.js';
import { everything } from './everything.js';

/** Loads a project, and what is printed of it in both forms as a project of its own. */
function loadTwice(
  files: ProjectFiles,
  use: (first: Loaded, texts: readonly [string, string]) => Promise<void>,
): Promise<void> {
  return withProject(files, async (dir) => {
    const first = expectLoaded(await load({ environment: {}, cwd: dir }));
    await use(first, [await printYaml(first.canonical('yaml')), printJson(first.canonical('json'))]);
  });
}

type Loaded = Extract<LoadResult, { ok: true }>;

function expectLoaded(result: LoadResult): Loaded {
  if (result.ok) return result;
  throw new Error(drawDiagnostics(result.diagnostics, { color: false }));
}

test('a printed stack loads as the same stack', () =>
  loadTwice(everything, async (first, texts) => {
    for (const text of texts) {
      await withProject({ 'compose.yaml': text }, async (dir) => {
        const again = expectLoaded(await load({ environment: {}, cwd: dir }));
        const { services, volumes, images, name } = first.stack;
        expect(again.stack).toMatchObject({ services, volumes, images, name });
        expect(again.canonical('json')).toEqual(first.canonical('json'));
      });
    }
  }));

test('dollars are doubled', () =>
  loadTwice(
    { 'compose.yaml': 'services:\n  web:\n    image: app\n    environment: {A: a$$b}\n' },
    async (_first, [yaml]) => {
      expect(yaml).toContain('A: a$$b\n');
    },
  ));
