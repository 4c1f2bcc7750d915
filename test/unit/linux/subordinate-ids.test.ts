import { describe, expect, test } from 'vitest';
import { chooseMappings, firstFree, mappingsWithin, subordinateRanges } from '../../../src/linux/subordinate-ids.js';
import type { AutoUserNamespace } from '../../../src/stack/model.js';

const auto: AutoUserNamespace = { kind: 'auto', size: 1000, uidMappings: [], gidMappings: [] };
const none = { subuid: '', subgid: '' };

describe('the ranges of a host', () => {
  test.each([
    ['', [{ start: 0x7000_0000, size: 0x1000_0000 }]],
    ['alice:100000:65536\n', [{ start: 0x7000_0000, size: 0x1000_0000 }]],
    ['# berth:1:2\ncontainers:200000:65536\n', [{ start: 200_000, size: 65_536 }]],
    [
      'containers:1:2\nberth:300000:10\nberth:400000:20\n',
      [
        { start: 300_000, size: 10 },
        { start: 400_000, size: 20 },
      ],
    ],
    ['berth:x:10\nberth:5:0\n', [{ start: 0x7000_0000, size: 0x1000_0000 }]],
  ])('%j', (text, ranges) => {
    expect(subordinateRanges(text)).toEqual(ranges);
  });
});

test.each([
  ['the first of all', [], 100, 1000],
  ['after what is used', [{ start: 1000, size: 50 }], 100, 1050],
  [
    'in a gap that is wide enough',
    [
      { start: 1000, size: 50 },
      { start: 1150, size: 10 },
    ],
    100,
    1050,
  ],
  [
    'past one that is not',
    [
      { start: 1000, size: 50 },
      { start: 1149, size: 10 },
    ],
    100,
    1159,
  ],
  ['in the next range', [{ start: 1000, size: 950 }], 100, 5000],
  ['whatever overlaps its beginning', [{ start: 900, size: 200 }], 100, 1100],
  ['nowhere', [{ start: 0, size: 10_000 }], 100, null],
])('free ids: %s', (_name, used, size, expected) => {
  const ranges = [
    { start: 5000, size: 1000 },
    { start: 1000, size: 1000 },
  ];
  expect(firstFree(ranges, used, size)).toBe(expected);
});

test('asked-for mappings are cut out of the range', () => {
  expect(mappingsWithin(1000, 50_000, [{ containerId: 33, hostId: 33, size: 2 }])).toEqual([
    { containerId: 0, hostId: 50_000, size: 33 },
    { containerId: 33, hostId: 33, size: 2 },
    { containerId: 35, hostId: 50_035, size: 965 },
  ]);
  expect(mappingsWithin(10, 50_000, [{ containerId: 0, hostId: 7, size: 20 }])).toEqual([
    { containerId: 0, hostId: 7, size: 20 },
  ]);
});

test('no two containers have an id in common, nor with a mapping that is asked for', () => {
  const one = chooseMappings(auto, none, []);
  const two = chooseMappings(auto, none, [one]);
  expect(one).toEqual(chooseMappings(auto, none, []));
  expect(two.uids).toEqual([{ containerId: 0, hostId: 0x7000_0000 + 1000, size: 1000 }]);
  const asked = { ...auto, gidMappings: [{ containerId: 5, hostId: 0x7000_0000 + 2500, size: 1 }] };
  const three = chooseMappings(asked, none, [one, two]);
  expect(three.uids[0]?.hostId).toBe(0x7000_0000 + 2000);
  expect(three.gids[0]?.hostId).toBe(0x7000_0000 + 2501);
});

test('a host without enough ids says which file', () => {
  const host = { subuid: 'berth:100000:65536', subgid: 'berth:100000:999' };
  expect(() => chooseMappings(auto, host, [])).toThrow(
    'give a user namespace 1000 ids: /etc/subgid has no free range of that size',
  );
});
