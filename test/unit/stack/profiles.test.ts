import { describe, expect, test } from 'vitest';
import type { LoadOptions } from '../../../src/stack/options.js';
import { drawnErrors, loadStack } from '../../support/stack-file.js';

const FILE = `
services:
  web: {image: app}
  debug: {image: app, profiles: [dev, test]}
  load: {image: app, profiles: [test]}
`;

async function enabled(options: Partial<LoadOptions>, files: Record<string, string> = {}): Promise<string> {
  const { services, disabled } = await loadStack({ 'compose.yaml': FILE, ...files }, options);
  expect([...Object.keys(services), ...disabled].sort()).toEqual(['debug', 'load', 'web']);
  return Object.keys(services).join(' ');
}

describe('profiles', () => {
  test('a service with profiles runs only where one of them is enabled', async () => {
    expect(await enabled({})).toBe('web');
    expect(await enabled({ profiles: ['dev'] })).toBe('debug web');
    expect(await enabled({ profiles: ['test'] })).toBe('debug load web');
    expect(await enabled({ profiles: ['*'] })).toBe('debug load web');
    expect(await enabled({ profiles: ['other'] })).toBe('web');
  });

  test('COMPOSE_PROFILES names them too, also in .env', async () => {
    expect(await enabled({ environment: { COMPOSE_PROFILES: 'dev, none' } })).toBe('debug web');
    expect(await enabled({ environment: { COMPOSE_PROFILES: 'dev' }, profiles: ['test'] })).toBe('debug load web');
    expect(await enabled({}, { '.env': 'COMPOSE_PROFILES=test\n' })).toBe('debug load web');
  });

  test('a service that the command names is enabled', async () => {
    expect(await enabled({ services: ['load'] })).toBe('load web');
  });

  test('an override adds to them', async () => {
    const more = { 'compose.override.yaml': 'services:\n  load:\n    profiles: [dev]\n' };
    expect(await enabled({ profiles: ['dev'] }, more)).toBe('debug load web');
  });

  test('what is not enabled is checked all the same', async () => {
    const drawn = await drawnErrors({ 'compose.yaml': `${FILE}  bad: {image: app, profiles: [x], imge: y}\n` });
    expect(drawn).toContain('services.bad.imge: unknown key');
  });

  test('a dependency that is not enabled is an error, unless it is not required', async () => {
    const depending = (condition: string): Record<string, string> => ({
      'compose.yaml': `${FILE}  top:\n    image: app\n    depends_on: {debug: {condition: service_started${condition}}}\n`,
    });
    expect(await drawnErrors(depending(''))).toContain("service 'debug' is not enabled\n");
    expect(await drawnErrors(depending(''))).toContain('enable it with --profile dev or test');
    const { services } = await loadStack(depending(', required: false'));
    expect(services['top']?.dependsOn).toEqual({});
    const all = await loadStack(depending(', required: false'), { profiles: ['dev'] });
    expect(Object.keys(all.services['top']?.dependsOn ?? {})).toEqual(['debug']);
  });

  test('a name that is none is an error', async () => {
    const drawn = await drawnErrors({ 'compose.yaml': 'services:\n  a: {image: app, profiles: [""]}\n' });
    expect(drawn).toContain('services.a.profiles[0]: must not be empty');
  });
});
