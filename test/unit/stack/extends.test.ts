import { describe, expect, test } from 'vitest';
import { drawnErrors, loadStack } from '../../support/stack-file.js';

describe('extends', () => {
  test('takes a service of the same file, whichever comes first, and merges over it', async () => {
    const { services } = await loadStack({
      'compose.yaml': `
services:
  web:
    extends: base
    environment: {B: 2, C: 3}
    command: [serve]
  base:
    extends: {service: root}
    environment: [A=1, B=1]
  root:
    image: app
    cap_add: [CHOWN]
    command: [none]
`,
    });
    expect(services['web']).toMatchObject({
      image: 'app',
      command: ['serve'],
      capAdd: ['CHOWN'],
      environment: { A: '1', B: '2', C: '3' },
    });
  });

  test('takes one of another file, whose paths stay relative to that file', async () => {
    const { services } = await loadStack({
      'compose.yaml':
        'services:\n  web:\n    extends: {file: parts/base.yaml, service: app}\n    volumes: ["./own:/own"]\n',
      'parts/base.yaml': `
services:
  app:
    extends: {file: deeper/root.yaml, service: root}
    env_file: [vars.env]
    volumes: ["./data:/data", "kept:/kept", {type: bind, source: more, target: /more}]
volumes: {}
`,
      'parts/vars.env': 'FROM=parts\n',
      'parts/deeper/root.yaml': 'services:\n  root:\n    image: app\n    volumes: ["./x:/x"]\n',
      'compose.override.yaml': 'volumes:\n  kept:\n',
    });
    expect(services['web']?.environment).toEqual({ FROM: 'parts' });
    expect(services['web']?.mounts.map((mount) => ('source' in mount ? mount.source : null))).toEqual([
      '<DIR>/parts/data',
      null,
      '<DIR>/parts/more',
      '<DIR>/own',
      '<DIR>/parts/deeper/x',
    ]);
  });

  test('does not take what the service resets', async () => {
    const { services } = await loadStack({
      'compose.yaml': `
services:
  web:
    extends: base
    environment: !reset null
    cap_add: !override [KILL]
  base: {image: app, environment: {A: 1}, cap_add: [CHOWN]}
`,
    });
    expect(services['web']).toMatchObject({ environment: {}, capAdd: ['KILL'] });
  });

  test('variables in the other file are those of the project', async () => {
    const { services } = await loadStack({
      '.env': 'TAG=7\n',
      'compose.yaml': 'services:\n  web:\n    extends: {file: base.yaml, service: app}\n',
      'base.yaml': 'services:\n  app:\n    image: "app:${TAG}"\n',
    });
    expect(services['web']?.image).toBe('app:7');
  });

  test.each<[string, string, Record<string, string>, string]>([
    ['an unknown service', 'extends: bas', {}, "there is no service 'bas'\n  did you mean 'base'?"],
    ['a missing file', 'extends: {file: no.yaml, service: x}', {}, 'no such file: no.yaml'],
    [
      'no service',
      'extends: {file: no.yaml}',
      {},
      "expected the name of a service, or a map with 'service' and 'file'",
    ],
    ['a misspelt key', 'extends: {servce: base, service: base}', {}, "unknown key\n  did you mean 'service'?"],
    ['itself', 'extends: web', {}, 'services extend each other: web -> web'],
    [
      'a circle over two files',
      'extends: {file: other.yaml, service: a}',
      { 'other.yaml': 'services:\n  a:\n    extends: {file: compose.yaml, service: web}\n' },
      'services extend each other: web -> a -> web',
    ],
    [
      'a service that another file lacks',
      'extends: {file: other.yaml, service: b}',
      { 'other.yaml': 'services:\n  a:\n    image: app\n' },
      "there is no service 'b' in other.yaml",
    ],
  ])('%s is an error', async (_what, line, files, message) => {
    const text = `services:\n  web:\n    image: app\n    ${line}\n  base: {image: app}\n`;
    const drawn = await drawnErrors({ 'compose.yaml': text, ...files });
    for (const part of message.split('\n')) expect(drawn).toContain(part);
  });

  test('an error of the other file says how it was reached', async () => {
    const drawn = await drawnErrors({
      'compose.yaml': 'services:\n  web:\n    extends: {file: parts/base.yaml, service: app}\n',
      'parts/base.yaml': 'services:\n  app:\n    image: app\n    imge: x\n',
    });
    expect(drawn).toBe(
      "parts/base.yaml:4:5: services.web.imge: unknown key\n      imge: x\n      ^~~~\n  did you mean 'image'?\n  extended at compose.yaml:3\n",
    );
  });
});
