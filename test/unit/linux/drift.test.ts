import { describe, expect, it } from 'vitest';
import { toDrift } from '../../../src/linux/drift.js';

describe('toDrift', () => {
  it.each([
    ['/sys/fs/cgroup/berth/a/b/memory.max', 'resources.memoryBytes'],
    ['/sys/fs/cgroup/memory/berth/a/b/memory.limit_in_bytes', 'resources.memoryBytes'],
    ['/x/memory.memsw.limit_in_bytes', 'resources.memorySwapBytes'],
    ['/x/cpu.max', 'resources.cpuQuotaUs'],
    ['/x/cpu.cfs_period_us', 'resources.cpuPeriodUs'],
    ['/x/blkio.throttle.read_bps_device', 'resources.blkio'],
    ['/x/devices.list', 'deviceCgroupRules'],
    ['/x/hugetlb.2MB.max', 'cgroup one'],
  ])('knows which field %s belongs to', (file, field) => {
    const what = file.slice(file.lastIndexOf('/') + 1);
    const difference = { controller: 'one', file, expected: '1', actual: '2' };
    expect(toDrift(difference)).toEqual({ field, what, expected: '1', actual: '2' });
  });
});
