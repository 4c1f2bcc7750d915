import { BerthError } from '../errors.js';
import type { Blkio, BlkioRate, Resources } from '../stack/model.js';
import type { ContainerInput } from './input.js';
import type { LinuxResources, ThrottleDevice } from './spec.js';

type DeviceRule = LinuxResources['devices'][number];

/** The part of a container that its limits are made from. */
export type ResourceInput = Pick<ContainerInput, 'service' | 'devices' | 'blockDevices'>;

/** `linux.resources`: device rules and limits. Absent is what the kernel has by itself. */
export function toResources(input: ResourceInput): LinuxResources {
  const { resources, name } = input.service;
  return {
    devices: deviceRules(input),
    ...optional('memory', memoryOf(resources)),
    ...optional('cpu', cpuOf(resources)),
    ...(resources.pidsLimit === null ? {} : { pids: { limit: resources.pidsLimit } }),
    ...(resources.blkio === null ? {} : { blockIO: blockIoOf(resources.blkio, name, input.blockDevices) }),
  };
}

function optional<K extends string, T extends object>(key: K, value: T): { [P in K]?: T } {
  const one: { [P in K]?: T } = {};
  if (Object.keys(value).length > 0) one[key] = value;
  return one;
}

function memoryOf(resources: Resources): NonNullable<LinuxResources['memory']> {
  const { memoryBytes, memorySwapBytes, memoryReservationBytes, memorySwappiness, oomKillDisable } = resources;
  // Docker: as much swap as memory where only the memory is limited.
  const swap = memorySwapBytes ?? (memoryBytes === null || memoryBytes === -1 ? null : 2 * memoryBytes);
  return {
    ...(memoryBytes === null ? {} : { limit: memoryBytes }),
    ...(memoryReservationBytes === null ? {} : { reservation: memoryReservationBytes }),
    ...(swap === null ? {} : { swap }),
    ...(memorySwappiness === null ? {} : { swappiness: memorySwappiness }),
    ...(oomKillDisable ? { disableOOMKiller: true } : {}),
  };
}

function cpuOf({ cpuShares, cpuQuotaUs, cpuPeriodUs, cpuset }: Resources): NonNullable<LinuxResources['cpu']> {
  return {
    ...(cpuShares === null ? {} : { shares: cpuShares }),
    ...(cpuQuotaUs === null ? {} : { quota: cpuQuotaUs }),
    ...(cpuPeriodUs === null ? {} : { period: cpuPeriodUs }),
    ...(cpuset === null ? {} : { cpus: cpuset }),
  };
}

type BlockIo = NonNullable<LinuxResources['blockIO']>;

function blockIoOf(blkio: Blkio, serviceName: string, devices: ContainerInput['blockDevices']): BlockIo {
  const numberOf = (path: string) => {
    const found = devices[path];
    if (found !== undefined) return found;
    throw new BerthError('INTERNAL', `internal: service ${serviceName} limits ${path}, whose number was not looked up`);
  };
  const throttle = (rates: readonly BlkioRate[]): ThrottleDevice[] =>
    rates.map(({ path, rate }) => ({ ...numberOf(path), rate }));
  const listed = <T>(list: readonly T[]) => (list.length > 0 ? list : undefined);
  const weightDevice = blkio.weightDevice.map(({ path, weight }) => ({ ...numberOf(path), weight }));
  return defined({
    weight: blkio.weight ?? undefined,
    weightDevice: listed(weightDevice),
    throttleReadBpsDevice: listed(throttle(blkio.readBps)),
    throttleWriteBpsDevice: listed(throttle(blkio.writeBps)),
    throttleReadIOPSDevice: listed(throttle(blkio.readIops)),
    throttleWriteIOPSDevice: listed(throttle(blkio.writeIops)),
  });
}

/** The object without keys that are undefined. */
function defined<T extends object>(value: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const result: { [K in keyof T]?: NonNullable<T[K]> } = {};
  for (const key in value) {
    const one = value[key];
    if (one !== undefined && one !== null) result[key] = one;
  }
  return result;
}

/** Nodes that every container may use, after runc and Docker: make any, use the harmless ones. */
const defaultRules: readonly DeviceRule[] = [
  { allow: false, access: 'rwm' },
  { allow: true, type: 'c', access: 'm' },
  { allow: true, type: 'b', access: 'm' },
  { allow: true, type: 'c', major: 1, minor: 3, access: 'rwm' }, // null
  { allow: true, type: 'c', major: 1, minor: 5, access: 'rwm' }, // zero
  { allow: true, type: 'c', major: 1, minor: 7, access: 'rwm' }, // full
  { allow: true, type: 'c', major: 1, minor: 8, access: 'rwm' }, // random
  { allow: true, type: 'c', major: 1, minor: 9, access: 'rwm' }, // urandom
  { allow: true, type: 'c', major: 5, minor: 0, access: 'rwm' }, // tty
  { allow: true, type: 'c', major: 5, minor: 1, access: 'rwm' }, // console
  { allow: true, type: 'c', major: 5, minor: 2, access: 'rwm' }, // ptmx
  { allow: true, type: 'c', major: 136, access: 'rwm' }, // pts
  { allow: true, type: 'c', major: 10, minor: 200, access: 'rwm' }, // net/tun
];

function deviceRules({ service, devices }: Pick<ResourceInput, 'service' | 'devices'>): DeviceRule[] {
  if (service.privileged) return [{ allow: true, access: 'rwm' }];
  const asked = devices.map(({ device, permissions }) => ({
    allow: true,
    type: device.type === 'b' ? ('b' as const) : ('c' as const),
    major: device.major,
    minor: device.minor,
    access: permissions,
  }));
  return [...defaultRules, ...asked, ...service.deviceCgroupRules.map((rule) => parseRule(rule, service.name))];
}

/** `c 1:3 mr`, as the kernel's devices controller writes them; `*` is any. */
function parseRule(rule: string, serviceName: string): DeviceRule {
  const match = /^([acb]) (\d+|\*):(\d+|\*) ([rwm]{1,3})$/.exec(rule);
  const [, type = '', major = '', minor = '', access = ''] = match ?? [];
  if (type !== 'a' && type !== 'b' && type !== 'c') {
    throw new BerthError(
      'INPUT',
      `allow service ${serviceName} devices by ${JSON.stringify(rule)}: not like \`c 1:3 rwm\``,
    );
  }
  const numberOf = (text: string) => (text === '*' ? undefined : Number(text));
  return { allow: true, ...defined({ type, major: numberOf(major), minor: numberOf(minor) }), access };
}
