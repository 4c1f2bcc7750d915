import type { Device, Service, Ulimit } from '../model.js';
import type { Report } from '../problems.js';
import type { ServiceFile } from '../schema/service.js';
import { suggest } from '../suggest.js';
import { type ServiceContext, sorted } from './context.js';

type IsolationFields = Pick<
  Service,
  'ulimits' | 'sysctls' | 'privileged' | 'readOnly' | 'capAdd' | 'capDrop' | 'devices' | 'deviceCgroupRules'
>;

/** Capabilities of Linux up to 5.9, the last that added one. */
const CAPABILITIES = (
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE ' +
  'NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN ' +
  'SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE ' +
  'MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'
).split(' ');

const RLIMITS =
  'as core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack'.split(' ');

/** What the processes may do and what holds for each of them alone. */
export function resolveIsolation(file: ServiceFile, context: ServiceContext): IsolationFields {
  const { report } = context;
  return {
    ulimits: resolveUlimits(file.ulimits ?? {}, report),
    sysctls: resolveSysctls(file, report),
    privileged: file.privileged ?? false,
    readOnly: file.read_only ?? false,
    capAdd: resolveCapabilities('cap_add', file.cap_add ?? [], report),
    capDrop: resolveCapabilities('cap_drop', file.cap_drop ?? [], report),
    devices: resolveDevices(file.devices ?? [], report),
    deviceCgroupRules: [...new Set(file.device_cgroup_rules ?? [])],
  };
}

function resolveCapabilities(key: 'cap_add' | 'cap_drop', names: readonly string[], report: Report): string[] {
  const found = names.map((written, index) => {
    const name = written.toUpperCase().replace(/^CAP_/, '');
    if (name !== 'ALL' && !CAPABILITIES.includes(name))
      report.refuse([key, index], `no capability is named '${written}'`, suggest(name, [...CAPABILITIES, 'ALL']));
    return name;
  });
  return [...new Set(found)].sort();
}

function resolveUlimits(ulimits: NonNullable<ServiceFile['ulimits']>, report: Report): Record<string, Ulimit> {
  return sorted(
    Object.entries(ulimits).map(([name, value]) => {
      const limit = typeof value === 'number' ? { soft: value, hard: value } : { soft: value.soft, hard: value.hard };
      if (!RLIMITS.includes(name))
        report.refuseKey(['ulimits', name], `no resource limit is named '${name}'`, suggest(name, RLIMITS));
      const isAbove = limit.hard !== -1 && (limit.soft === -1 || limit.soft > limit.hard);
      if (isAbove)
        report.refuse(['ulimits', name], `the soft limit ${limit.soft} is above the hard limit ${limit.hard}`);
      return [name, limit];
    }),
  );
}

/** Settings that belong to a namespace of the container; any other would change the host. */
function resolveSysctls(file: ServiceFile, report: Report): Record<string, string> {
  return sorted(
    Object.entries(file.sysctls ?? {}).map(([name, value]) => {
      const why = value === null ? 'expected a value' : sysctlRefusal(name, file);
      if (why !== null) report.refuseKey(['sysctls', name], why);
      return [name, value ?? ''];
    }),
  );
}

function sysctlRefusal(name: string, file: ServiceFile): string | null {
  if (/^(?:kernel\.(?:msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)|fs\.mqueue\..+)$/.test(name))
    return sharedRefusal('ipc', file.ipc);
  if (/^net\..+/.test(name)) return sharedRefusal('network', file.network_mode);
  return 'is not a namespaced setting: it would change the host';
}

function sharedRefusal(namespace: 'ipc' | 'network', mode: string | undefined): string | null {
  const [, whose] = /^(host$|service:|container:)/.exec(mode ?? '') ?? [];
  if (whose === undefined) return null;
  return `belongs to the ${namespace} namespace of ${whose === 'host' ? 'the host' : 'another container'}, which this service is in`;
}

function resolveDevices(devices: NonNullable<ServiceFile['devices']>, report: Report): Device[] {
  const found = new Map<string, Device>();
  for (const [index, entry] of devices.entries()) {
    const device = typeof entry === 'string' ? splitDevice(entry) : longDevice(entry);
    const isCdi = /^[\w.-]+\/[\w-]+=/.test(device.source);
    if (isCdi) report.refuse(['devices', index], 'CDI names are not supported yet');
    else if (!device.source.startsWith('/') || !device.target.startsWith('/'))
      report.refuse(['devices', index], 'expected absolute paths: SOURCE[:TARGET[:rwm]]');
    if (!/^(?!.*(.).*\1)[rwm]+$/.test(device.permissions))
      report.refuse(['devices', index], `expected permissions out of r, w and m, found '${device.permissions}'`);
    found.set(device.target, device);
  }
  return [...found.values()];
}

export function splitDevice(entry: string): Device {
  const [source = '', second, third] = entry.split(':');
  const isMode = second !== undefined && third === undefined && /^[rwm]+$/.test(second);
  return { source, target: isMode ? source : (second ?? source), permissions: (isMode ? second : third) ?? 'rwm' };
}

function longDevice(entry: { source: string; target?: string | undefined; permissions?: string | undefined }): Device {
  return { source: entry.source, target: entry.target ?? entry.source, permissions: entry.permissions ?? 'rwm' };
}
