import { describe, expect, it } from 'vitest';
import { groupNamespaces } from '../../../src/linux/namespaces.js';

const host = { net: 1, ipc: 2, mnt: 3, user: 9 };

describe('groupNamespaces', () => {
  it('lists each namespace once with all that are in it, type by type, the most shared first', () => {
    const rows = groupNamespaces(
      [
        { name: 'web', ids: { mnt: 31, net: 11, ipc: 2 } },
        { name: 'db', ids: { mnt: 32, net: 12, ipc: 22 } },
        { name: 'cache', ids: { mnt: 33, net: 12, ipc: 22 } },
      ],
      host,
    );
    expect(rows).toEqual([
      { type: 'net', id: 12, members: ['cache', 'db'], isHost: false },
      { type: 'net', id: 11, members: ['web'], isHost: false },
      { type: 'ipc', id: 22, members: ['cache', 'db'], isHost: false },
      { type: 'ipc', id: 2, members: ['web'], isHost: true },
      { type: 'mnt', id: 31, members: ['web'], isHost: false },
      { type: 'mnt', id: 32, members: ['db'], isHost: false },
      { type: 'mnt', id: 33, members: ['cache'], isHost: false },
    ]);
  });

  it('has no rows without containers', () => {
    expect(groupNamespaces([], host)).toEqual([]);
  });
});
