import { describe, expect, it } from 'vitest';
import { parseGroup, parsePasswd, resolveIdentity } from '../../../src/linux/identity.js';

const passwd = parsePasswd('root:x:0:0::/root:/bin/sh\n# no entry\nbroken\nweb:x:33:34::/var/www:/bin/false\n');
const groups = parseGroup('root:x:0:\nstaff:x:50:web,other\nextra:x:60:\n');

describe('resolveIdentity', () => {
  it.each([
    [null, { uid: 0, gid: 0, groups: [0], home: '/root' }],
    ['web', { uid: 33, gid: 34, groups: [34, 50], home: '/var/www' }],
    ['33', { uid: 33, gid: 34, groups: [34, 50], home: '/var/www' }],
    ['web:extra', { uid: 33, gid: 60, groups: [60], home: '/var/www' }],
    ['1000', { uid: 1000, gid: 0, groups: [0], home: '/' }],
    ['1000:1001', { uid: 1000, gid: 1001, groups: [1001], home: '/' }],
  ])('looks up %s', (user, expected) => {
    expect(resolveIdentity(passwd, groups, user, [])).toEqual(expected);
  });

  it('adds groups by name and number, once', () => {
    expect(resolveIdentity(passwd, groups, 'web', ['extra', '60', '7']).groups).toEqual([7, 34, 50, 60]);
  });

  it.each(['nobody', 'web:nobody', '2147483648'])('refuses %s', (user) => {
    expect(() => resolveIdentity(passwd, groups, user, [])).toThrow(/^look up (user|group)/);
  });
});
