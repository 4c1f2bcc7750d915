import { describe, expect, test } from 'vitest';
import type { ContainerInput } from '../../../src/oci/input.js';
import { specText, toRuntimeSpec } from '../../../src/oci/runtime-spec.js';
import { defaultSeccomp } from '../../../src/oci/seccomp.js';
import type { Mount, Service } from '../../../src/stack/model.js';
import { limits, service } from '../../support/model.js';
import { containerInput } from './input.js';

const bind: Mount = {
  type: 'bind',
  source: '/shop/conf',
  target: '/etc/app/',
  readOnly: true,
  propagation: 'rslave',
  recursive: 'readonly',
  createHostPath: false,
};
const tmpfs: Mount = {
  type: 'tmpfs',
  target: '/tmp',
  sizeBytes: 1 << 20,
  mode: 0o1777,
  options: ['exec'],
};
const volume: Mount = {
  type: 'volume',
  volume: 'data',
  target: '/data',
  readOnly: false,
  nocopy: false,
  subpath: null,
};

const rich: Service = service('web', {
  command: ['--port', '80'],
  environment: { PORT: '80', LANG: null },
  workingDir: '/srv',
  groupAdd: ['44'],
  hostname: 'front',
  domainname: 'shop.test',
  init: true,
  oomScoreAdj: 100,
  ulimits: { nproc: { soft: 10, hard: 20 }, core: { soft: -1, hard: -1 } },
  sysctls: { 'net.core.somaxconn': '512', 'kernel.shmmax': '4096' },
  readOnly: true,
  capAdd: ['NET_ADMIN'],
  capDrop: ['MKNOD'],
  deviceCgroupRules: ['c 13:* rw'],
  resources: limits({
    pidsLimit: 50,
    cpuQuotaUs: 50_000,
    cpuPeriodUs: 100_000,
    cpuShares: 512,
    cpuset: '0-1',
    memoryBytes: 64 << 20,
    memoryReservationBytes: 32 << 20,
    memorySwappiness: 10,
    blkio: {
      weight: 300,
      weightDevice: [],
      readBps: [{ path: '/dev/sda', rate: 1 << 20 }],
      writeBps: [],
      readIops: [],
      writeIops: [{ path: '/dev/sda', rate: 100 }],
    },
  }),
});

const richInput: Partial<ContainerInput> = {
  service: rich,
  image: {
    entrypoint: ['/entry'],
    command: ['dropped'],
    env: ['LANG=C', 'MODE=a=b'],
    workingDir: '/image',
    stopSignal: 'SIGQUIT',
    healthcheck: null,
    volumes: [],
  },
  user: { uid: 1000, gid: 100, groups: [44], home: '/home/web' },
  mounts: [
    { mount: volume, source: '/root/volumes/shop_data/_data' },
    { mount: bind, source: '/shop/conf' },
    { mount: tmpfs, source: '' },
  ],
  devices: [
    {
      device: { path: '/dev/fuse', type: 'c', major: 10, minor: 229, fileMode: 0o666, uid: 0, gid: 0 },
      permissions: 'rw',
    },
  ],
  blockDevices: { '/dev/sda': { major: 8, minor: 0 } },
};

/** With the default system call profile by its name: seccomp.test.ts is about what it says. */
function pretty(input: ContainerInput): string {
  const spec = toRuntimeSpec(input);
  const { seccomp } = spec.linux;
  expect(seccomp).toEqual(defaultSeccomp(spec.process.capabilities?.bounding ?? [], input.machine));
  return `${JSON.stringify({ ...spec, linux: { ...spec.linux, seccomp: 'default' } }, null, 2)}\n`;
}

describe('config.json', () => {
  test('of a service with something of everything', async () => {
    await expect(pretty(containerInput(richInput))).toMatchFileSnapshot('../../golden/oci/rich.json');
  });

  test('of a plain service', async () => {
    await expect(pretty(containerInput())).toMatchFileSnapshot('../../golden/oci/plain.json');
  });

  test('no limit is written as the kernel’s infinity', () => {
    expect(specText(toRuntimeSpec(containerInput(richInput)))).toContain(
      '{"type":"RLIMIT_CORE","soft":18446744073709551615,"hard":18446744073709551615}',
    );
  });

  test('the default of open files is no more than we may give; what is asked for is not lowered', () => {
    const rlimits = (input: ContainerInput) => toRuntimeSpec(input).process.rlimits;
    expect(rlimits(containerInput({ mostOpenFiles: 512 }))).toEqual([{ type: 'RLIMIT_NOFILE', soft: 512, hard: 512 }]);
    const asking = service('web', { command: ['x'], ulimits: { nofile: { soft: 1000, hard: 1000 } } });
    expect(rlimits(containerInput({ mostOpenFiles: 512, service: asking }))[0]?.hard).toBe(1000);
  });

  test('what only this host has is masked beside the rest', () => {
    const hostMaskedPaths = ['/sys/devices/system/cpu/cpu0/thermal_throttle'];
    const { maskedPaths } = toRuntimeSpec(containerInput({ hostMaskedPaths })).linux;
    expect(maskedPaths).toHaveLength(13);
    expect(maskedPaths.at(-1)).toBe(hostMaskedPaths[0]);
  });

  test('privileged: all capabilities and devices, nothing masked', () => {
    const privileged = service('web', { command: ['x'], privileged: true });
    const spec = toRuntimeSpec(containerInput({ service: privileged, hostMaskedPaths: ['/sys/x'] }));
    expect(spec.process.capabilities?.bounding).toHaveLength(41);
    expect(spec.linux.resources.devices).toEqual([{ allow: true, access: 'rwm' }]);
    expect([spec.linux.maskedPaths, spec.linux.readonlyPaths]).toEqual([[], []]);
    expect(spec.linux.seccomp).toBeUndefined();
  });

  test('privileged gives what root has here; a capability asked for by name is given or refused', () => {
    const capabilities = new Set(['CHOWN', 'SYS_ADMIN']);
    const privileged = { ...containerInput({ capabilities }).service, privileged: true };
    const { process } = toRuntimeSpec(containerInput({ capabilities, service: privileged }));
    expect(process.capabilities?.bounding).toEqual(['CAP_CHOWN', 'CAP_SYS_ADMIN']);
    const asking = { ...privileged, privileged: false, capAdd: ['SYS_TIME'] };
    expect(() => toRuntimeSpec(containerInput({ capabilities, service: asking }))).toThrow('lacks SYS_TIME');
  });

  test('a follower joins what it shares and sets up nothing there', () => {
    const shared = { kind: 'service', service: 'db' } as const;
    const follower = service('web', { command: ['x'] });
    const spec = toRuntimeSpec(
      containerInput({
        service: { ...follower, namespaces: { ...follower.namespaces, network: shared, ipc: shared, pid: shared } },
        joins: { network: '/run/db/ns/net', ipc: '/run/db/ns/ipc', pidContainer: 'db', shm: '/run/db/shm' },
      }),
    );
    expect(spec.linux.namespaces).toEqual([
      { type: 'mount' },
      { type: 'uts' },
      { type: 'network', path: '/run/db/ns/net' },
      { type: 'ipc', path: '/run/db/ns/ipc' },
      { type: 'cgroup' },
    ]);
    expect(spec.linux.sysctl).toEqual({});
    expect(spec.mounts.find(({ destination }) => destination === '/dev/shm')?.source).toBe('/run/db/shm');
  });
});

describe('refused', () => {
  test.each<[string, Partial<Service>, string]>([
    ['an unknown capability', { capAdd: ['FLY'] }, 'there is none called FLY'],
    ['a sysctl of the host', { sysctls: { 'vm.swappiness': '1' } }, 'it belongs to no namespace'],
    ['a rule for devices that is none', { deviceCgroupRules: ['everything'] }, 'not like `c 1:3 rwm`'],
    ['nothing to run', { command: null, entrypoint: [] }, 'neither it nor its image says what to run'],
  ])('%s', (_, over, reason) => {
    const image = { ...containerInput().image, command: [] };
    const make = () => toRuntimeSpec(containerInput({ service: service('web', { command: ['x'], ...over }), image }));
    expect(make).toThrow(reason);
  });
});

test('a user namespace of its own has mappings, a joined one has its own', () => {
  const ids = {
    uids: [{ containerId: 0, hostId: 9000, size: 1000 }],
    gids: [{ containerId: 0, hostId: 8000, size: 1000 }],
  };
  const { linux } = toRuntimeSpec(containerInput({ ids }));
  expect(linux.namespaces[0]).toEqual({ type: 'user' });
  expect(linux.uidMappings).toEqual([{ containerID: 0, hostID: 9000, size: 1000 }]);
  expect(linux.gidMappings).toEqual([{ containerID: 0, hostID: 8000, size: 1000 }]);
  expect(linux.sysctl['net.ipv4.ping_group_range']).toBe('0 999');
  const joined = toRuntimeSpec(containerInput({ ids, joins: { user: '/run/berth/containers/a/ns/user' } })).linux;
  expect(joined.namespaces[0]).toEqual({ type: 'user', path: '/run/berth/containers/a/ns/user' });
  expect(joined.uidMappings).toBeUndefined();
});
