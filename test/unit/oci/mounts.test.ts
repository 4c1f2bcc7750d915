import { describe, expect, test } from 'vitest';
import type { MountInput } from '../../../src/oci/input.js';
import { hostSource, toMounts } from '../../../src/oci/mounts.js';
import { toSupervise } from '../../../src/oci/record.js';
import type { SpecMount } from '../../../src/oci/spec.js';
import { volumeMount } from '../../support/model.js';
import { containerInput } from './input.js';

const data = '/root/volumes/shop_data/_data';
const partMount = { ...volumeMount('data', '/srv/'), subpath: 'a/b,c' };
const part = { volume: 'shop_data', subpath: 'a/b,c' };

function mountAt(destination: string, input: MountInput): SpecMount | undefined {
  return toMounts(containerInput({ mounts: [input] })).find((mount) => mount.destination === destination);
}

describe('a part of a volume', () => {
  test('is named, not looked up; another runtime finds it by the source', () => {
    expect(mountAt('/srv', { mount: partMount, source: data, part })).toEqual({
      destination: '/srv',
      type: 'bind',
      source: `${data}/a/b,c`,
      options: ['rbind', 'rprivate', 'x-berth.volume=shop_data', 'x-berth.subpath=a/b,c'],
    });
  });

  test('of a file system of its own', () => {
    const fileSystem = { type: 'nfs4', options: ['addr=10.0.0.1'] };
    const mount = { ...partMount, readOnly: true };
    expect(mountAt('/srv', { mount, source: ':/export', fileSystem, part })).toEqual({
      destination: '/srv',
      type: 'nfs4',
      source: ':/export',
      options: ['addr=10.0.0.1', 'ro', 'x-berth.volume=shop_data', 'x-berth.subpath=a/b,c'],
    });
  });

  test('takes no content of the image', () => {
    const mounts = [{ mount: partMount, source: data, part }];
    expect(toSupervise(containerInput({ mounts })).volumeCopies).toEqual([]);
  });
});

test('options of a volume’s driver hold for its bind', () => {
  const mount = volumeMount('data', '/srv');
  expect(mountAt('/srv', { mount, source: '/disk', options: ['ro'] })?.options).toEqual(['rbind', 'rprivate', 'ro']);
});

describe('what a bind takes from the host', () => {
  test.each<[string, MountInput, string]>([
    ['a part: its volume', { mount: partMount, source: data, part }, data],
    ['a volume: all of it', { mount: volumeMount('data', '/srv'), source: data }, data],
  ])('%s', (_, input, source) => {
    const mount = mountAt('/srv', input);
    expect(mount && hostSource(mount)).toBe(source);
  });
});

describe('in a user namespace', () => {
  const ids = {
    uids: [{ containerId: 0, hostId: 9000, size: 1000 }],
    gids: [{ containerId: 0, hostId: 9000, size: 1000 }],
  };
  const at = (mounts: readonly SpecMount[], destination: string) =>
    mounts.find((mount) => mount.destination === destination)?.options;

  test('files that are ours have mapped ids, a bind of the host has them where it is asked', () => {
    const bind = {
      type: 'bind',
      source: '/b',
      target: '/b',
      readOnly: false,
      createHostPath: true,
      propagation: 'rprivate',
      recursive: 'enabled',
    } as const;
    const mounts = toMounts(
      containerInput({
        ids,
        mounts: [
          { mount: partMount, source: data, part },
          { mount: bind, source: '/b' },
          { mount: { ...bind, target: '/c', idmap: true }, source: '/c' },
          { mount: volumeMount('ram', '/ram'), source: 'tmpfs', fileSystem: { type: 'tmpfs', options: [] } },
        ],
      }),
    );
    expect(at(mounts, '/etc/hosts')).toContain('idmap');
    expect(at(mounts, '/srv')).toContain('idmap');
    expect(at(mounts, '/b')).not.toContain('idmap');
    expect(at(mounts, '/c')).toContain('idmap');
    expect(at(mounts, '/ram')).not.toContain('idmap');
  });

  test("nothing is mapped for who is in the host's", () => {
    const mounts = toMounts(containerInput({ mounts: [{ mount: partMount, source: data, part }] }));
    expect(mounts.flatMap(({ options }) => options)).not.toContain('idmap');
  });

  test('terminals have no group that is not mapped', () => {
    expect(at(toMounts(containerInput({ ids })), '/dev/pts')).toContain('gid=5');
    const few = { ...ids, gids: [{ containerId: 0, hostId: 9000, size: 5 }] };
    expect(at(toMounts(containerInput({ ids: few })), '/dev/pts')).not.toContain('gid=5');
  });
});
