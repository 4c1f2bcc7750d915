import type { IdMapping } from '../stack/model.js';
import { toCapabilities } from './capabilities.js';
import type { ContainerInput } from './input.js';
import { toMounts } from './mounts.js';
import { hostnameOf, sharesHost, toNamespaces } from './namespaces.js';
import { toArgs, toEnvironment, toRlimits } from './process.js';
import { toResources } from './resources.js';
import { defaultSeccompFor } from './seccomp.js';
import { fittedSeccomp } from './seccomp-file.js';
import type { LinuxSpec, Process, RuntimeSpec } from './spec.js';
import { toSysctl } from './sysctl.js';

/** Paths that would tell of, or reach, the host. As Docker. */
const maskedPaths: readonly string[] = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/sys/devices/virtual/powercap',
  '/sys/firmware',
];
const readonlyPaths: readonly string[] = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/**
 * The OCI runtime spec of a container, with Docker's defaults.
 * @throws BerthError INPUT, naming the key that can't be honoured
 */
export function toRuntimeSpec(input: ContainerInput): RuntimeSpec {
  const { service } = input;
  const capabilities = toCapabilities(service, input.user.uid, input.capabilities);
  const ownsUts = !sharesHost(service, 'uts') && input.joins.uts === undefined;
  return {
    ociVersion: '1.1.0',
    root: { path: input.paths.rootfs, readonly: service.readOnly },
    process: {
      terminal: service.tty,
      user: { uid: input.user.uid, gid: input.user.gid, additionalGids: input.user.groups },
      args: toArgs(input),
      env: toEnvironment(input),
      cwd: service.workingDir ?? (input.image.workingDir === '' ? '/' : input.image.workingDir),
      capabilities,
      rlimits: toRlimits(input),
      noNewPrivileges: service.noNewPrivileges,
      oomScoreAdj: service.oomScoreAdj ?? 0,
    },
    ...(ownsUts ? { hostname: hostnameOf(input) } : {}),
    ...(ownsUts && service.domainname !== null ? { domainname: service.domainname } : {}),
    mounts: toMounts(input),
    annotations: { 'berth.container': input.name, 'berth.service': service.name, 'berth.stack': input.stack },
    linux: {
      namespaces: toNamespaces(input),
      ...mappingsOf(input),
      devices: [...input.hostDevices, ...input.devices.map(({ device }) => device)],
      cgroupsPath: input.paths.cgroup,
      resources: toResources(input),
      sysctl: toSysctl(input),
      maskedPaths: service.privileged ? [] : [...maskedPaths, ...input.hostMaskedPaths],
      readonlyPaths: service.privileged ? [] : readonlyPaths,
      rootfsPropagation: rootPropagation(input),
      ...seccompOf(input, capabilities.bounding),
    },
  };
}

/** A joined namespace has its mappings already. */
function mappingsOf({ ids, joins }: ContainerInput): Pick<LinuxSpec, 'uidMappings' | 'gidMappings'> {
  if (ids === null || joins.user !== undefined) return {};
  const written = ({ containerId, hostId, size }: IdMapping) => ({ containerID: containerId, hostID: hostId, size });
  return { uidMappings: ids.uids.map(written), gidMappings: ids.gids.map(written) };
}

/** As Docker: `privileged` lets go of the default profile, not of one that is given. */
function seccompOf({ service, machine }: ContainerInput, bounding: readonly string[]): Pick<LinuxSpec, 'seccomp'> {
  const { seccomp, privileged } = service;
  if (seccomp?.kind === 'file') return { seccomp: fittedSeccomp(seccomp.profile, bounding, machine) };
  return seccomp?.kind === 'unconfined' || privileged ? {} : { seccomp: defaultSeccompFor(bounding, machine) };
}

/** A mount that takes part in the host's propagation needs a root that does. */
function rootPropagation({ mounts }: ContainerInput): RuntimeSpec['linux']['rootfsPropagation'] {
  const propagations = mounts.flatMap(({ mount }) => (mount.type === 'bind' ? [mount.propagation] : []));
  if (propagations.some((name) => name === 'shared' || name === 'rshared')) return 'shared';
  return propagations.some((name) => name === 'slave' || name === 'rslave') ? 'rslave' : 'rprivate';
}

/** 2^64 as JavaScript prints it; the kernel's RLIM_INFINITY is 2^64 - 1, which no number of ours can hold. */
const unlimitedText = /"(soft|hard)": ?18446744073709552000/g;

/** The text of config.json, or of the process object that `exec` starts. */
export function specText(spec: RuntimeSpec | Process): string {
  return JSON.stringify(spec).replace(unlimitedText, '"$1":18446744073709551615');
}
