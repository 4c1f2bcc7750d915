import { describe, expect, test } from 'vitest';
import { drawnErrors, loadStack, type ProjectFiles } from '../../support/stack-file.js';

function including(include: string, more = ''): ProjectFiles {
  return { 'compose.yaml': `include: ${include}\nservices:\n  web: {image: app}\n${more}` };
}

const DB = 'services:\n  db:\n    image: store\n    env_file: db.env\n    volumes: ["./data:/data"]\n';

describe('include', () => {
  test('adds the services of a file, with paths relative to its directory', async () => {
    const { services } = await loadStack({
      ...including('[db/compose.yaml]'),
      'db/compose.yaml': DB,
      'db/db.env': 'A=1\n',
    });
    expect(Object.keys(services)).toEqual(['db', 'web']);
    expect(services['db']).toMatchObject({ environment: { A: '1' }, mounts: [{ source: '<DIR>/db/data' }] });
  });

  test('merges several files of one entry, from a directory of choice', async () => {
    const { services } = await loadStack({
      ...including('[{path: [db/compose.yaml, db/more.yaml], project_directory: .}]'),
      'db/compose.yaml': DB,
      'db/more.yaml': 'services:\n  db:\n    tty: true\n',
      'db.env': 'A=2\n',
    });
    expect(services['db']).toMatchObject({ tty: true, environment: { A: '2' }, mounts: [{ source: '<DIR>/data' }] });
  });

  const TAGGED = 'services:\n  db:\n    image: "store:${TAG}-${KIND}"\n    environment: [KIND]\n';

  test('has a .env of its own, which the including project wins over', async () => {
    const { services } = await loadStack({
      ...including('[db/compose.yaml]'),
      '.env': 'TAG=ours\n',
      'db/.env': 'TAG=theirs\nKIND=big\n',
      'db/compose.yaml': TAGGED,
    });
    expect(services['db']).toMatchObject({ image: 'store:ours-big', environment: { KIND: 'big' } });
  });

  test('takes env_file instead of it', async () => {
    const { services } = await loadStack({
      ...including('[{path: db/compose.yaml, env_file: [one.env, two.env]}]'),
      'one.env': 'TAG=one\nKIND=one\n',
      'two.env': 'KIND=two\n',
      'db/compose.yaml': TAGGED,
    });
    expect(services['db']?.image).toBe('store:one-two');
  });

  test('a later file changes what is included', async () => {
    const { services } = await loadStack({
      ...including('[db/compose.yaml]'),
      'compose.override.yaml': 'services:\n  db:\n    init: true\n',
      'db/compose.yaml': 'services:\n  db: {image: store}\n',
    });
    expect(services['db']).toMatchObject({ image: 'store', init: true });
  });

  test('what both declare may be the same, and is an error where it differs', async () => {
    const same = { 'db/compose.yaml': 'services:\n  web: {image: app}\n  db: {image: store}\n' };
    expect(Object.keys((await loadStack({ ...including('[db/compose.yaml]'), ...same })).services)).toEqual([
      'db',
      'web',
    ]);
    const drawn = await drawnErrors({
      ...including('[db/compose.yaml]'),
      'db/compose.yaml': 'services:\n  web: {image: b}\n',
    });
    expect(drawn).toContain("compose.yaml:3:3: services.web: differs from what an included file says of 'web'");
    expect(drawn).toContain('it stands at db/compose.yaml:2');
  });

  test.each<[string, ProjectFiles, string]>([
    ['a missing file', including('[no.yaml]'), 'compose.yaml:1:11: include: no such file: <DIR>/no.yaml'],
    ['a text', including('db.yaml'), 'include: expected a list of files'],
    ['a misspelt key', including('[{pth: x, path: db.yaml}]'), 'include[0].pth: unknown key'],
    [
      'a missing env_file',
      { ...including('[{path: b.yaml, env_file: no.env}]'), 'b.yaml': 'services: {}\n' },
      'no.env:1:1: no such file',
    ],
    ['itself', including('[compose.yaml]'), 'files include each other: compose.yaml -> compose.yaml'],
    [
      'a circle',
      { ...including('[a.yaml]'), 'a.yaml': 'include: [b.yaml]\n', 'b.yaml': 'include: [a.yaml]\n' },
      'files include each other: a.yaml -> b.yaml -> a.yaml',
    ],
    ['an empty file', { ...including('[a.yaml]'), 'a.yaml': '# nothing\n' }, 'a.yaml:1:1: the file is empty'],
  ])('%s is an error', async (_what, files, message) => {
    expect(await drawnErrors(files)).toContain(message);
  });

  test('an error says through which files it came', async () => {
    const drawn = await drawnErrors({
      ...including('[a.yaml]'),
      'a.yaml': 'include:\n  - b.yaml\n',
      'b.yaml': 'services:\n  db:\n    image: store\n    tyt: true\n',
    });
    expect(drawn).toContain('b.yaml:4:5: services.db.tyt: unknown key');
    expect(drawn).toContain("  did you mean 'tty'?\n  included at a.yaml:2\n  included at compose.yaml:1\n");
  });
});
