import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { loadCached } from '../../../src/stack/cache.js';
import { withProject } from '../../support/stack-file.js';

const files = { 'compose.yaml': `services: {web: {image: "app:\${TAG:-1}"}}\n` };

async function imageOf(dir: string, environment: Record<string, string> = {}): Promise<string | undefined> {
  const result = await loadCached({ cwd: dir, environment }, join(dir, 'cache'));
  return result.ok ? result.stack.services['web']?.image : undefined;
}

test('an unchanged project is answered from the cache file alone', () =>
  withProject(files, async (dir) => {
    expect(await imageOf(dir)).toBe('app:1');
    const [name = ''] = readdirSync(join(dir, 'cache'));
    const path = join(dir, 'cache', name);
    writeFileSync(path, readFileSync(path, 'utf8').replace('app:1', 'from-cache'));
    expect(await imageOf(dir)).toBe('from-cache');
  }));

test('a changed file, a changed variable and a .env that appears or goes are noticed', () =>
  withProject(files, async (dir) => {
    expect(await imageOf(dir)).toBe('app:1');
    expect(await imageOf(dir, { TAG: '2' })).toBe('app:2');
    expect(await imageOf(dir)).toBe('app:1');
    writeFileSync(join(dir, '.env'), 'TAG=3\n');
    expect(await imageOf(dir)).toBe('app:3');
    rmSync(join(dir, '.env'));
    expect(await imageOf(dir)).toBe('app:1');
    writeFileSync(join(dir, 'compose.yaml'), 'services: {web: {image: other}}\n');
    expect(await imageOf(dir)).toBe('other');
  }));

test('an override file that appears is noticed', () =>
  withProject(files, async (dir) => {
    expect(await imageOf(dir)).toBe('app:1');
    writeFileSync(join(dir, 'compose.override.yaml'), 'services: {web: {image: over}}\n');
    expect(await imageOf(dir)).toBe('over');
  }));

test('an extended file, an included one and the profiles are noticed', () =>
  withProject(
    {
      'compose.yaml': 'include: [more.yaml]\nservices: {web: {extends: {file: base.yaml, service: web}}}\n',
      'base.yaml': 'services: {web: {image: one}}\n',
      'more.yaml': 'services: {other: {image: app, profiles: [dev]}}\n',
    },
    async (dir) => {
      const services = async (profiles: readonly string[] = []): Promise<Record<string, string>> => {
        const result = await loadCached({ cwd: dir, environment: {}, profiles }, join(dir, 'cache'));
        return Object.fromEntries(
          Object.entries(result.ok ? result.stack.services : {}).map(([name, { image }]) => [name, image]),
        );
      };
      expect(await services()).toEqual({ web: 'one' });
      expect(await services(['dev'])).toEqual({ other: 'app', web: 'one' });
      writeFileSync(join(dir, 'base.yaml'), 'services: {web: {image: two}}\n');
      expect(await services()).toEqual({ web: 'two' });
      writeFileSync(join(dir, 'more.yaml'), 'services: {other: {image: app}}\n');
      expect(await services()).toEqual({ other: 'app', web: 'two' });
    },
  ));

test('a broken cache file costs time, not the result', () =>
  withProject(files, async (dir) => {
    expect(await imageOf(dir)).toBe('app:1');
    for (const name of readdirSync(join(dir, 'cache'))) writeFileSync(join(dir, 'cache', name), '{"version":');
    expect(await imageOf(dir)).toBe('app:1');
  }));

test('a hit needs neither yaml nor zod: what cache.ts imports statically is ours', async () => {
  const { metafile } = await build({
    entryPoints: ['src/stack/cache.ts'],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    external: ['./load.js'],
    logLevel: 'silent',
  });
  expect(Object.keys(metafile.inputs).filter((path) => !path.startsWith('src/'))).toEqual([]);
});
