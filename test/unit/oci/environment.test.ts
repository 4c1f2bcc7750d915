import { expect, test } from 'vitest';
import { toEnvironment } from '../../../src/oci/process.js';
import { service } from '../../support/model.js';
import { containerInput } from './input.js';

test.each([
  ['the user’s', {}, [], '/home/web'],
  ['the user’s, where it is unset or empty', { HOME: null }, ['HOME='], '/home/web'],
  ['the image’s', {}, ['HOME=/image'], '/image'],
  ['the service’s', { HOME: '/tmp' }, ['HOME=/image'], '/tmp'],
])('HOME is %s', (_whose, environment, env, home) => {
  const input = containerInput({
    service: service('web', { environment }),
    user: { uid: 1000, gid: 100, groups: [100], home: '/home/web' },
  });
  expect(toEnvironment({ ...input, image: { ...input.image, env } })).toContain(`HOME=${home}`);
});
