import { BerthError } from '../errors.js';
import type { Service } from '../stack/model.js';
import type { Capabilities } from './spec.js';

/** linux/capability.h, by number; Linux 5.9 and later know all of them. */
export const allCapabilities: readonly string[] = [
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'LINUX_IMMUTABLE',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_ADMIN',
  'NET_RAW',
  'IPC_LOCK',
  'IPC_OWNER',
  'SYS_MODULE',
  'SYS_RAWIO',
  'SYS_CHROOT',
  'SYS_PTRACE',
  'SYS_PACCT',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_NICE',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'MKNOD',
  'LEASE',
  'AUDIT_WRITE',
  'AUDIT_CONTROL',
  'SETFCAP',
  'MAC_OVERRIDE',
  'MAC_ADMIN',
  'SYSLOG',
  'WAKE_ALARM',
  'BLOCK_SUSPEND',
  'AUDIT_READ',
  'PERFMON',
  'BPF',
  'CHECKPOINT_RESTORE',
];

/** Docker's fourteen. */
const defaults: ReadonlySet<string> = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'NET_RAW',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

/**
 * Inheritable and ambient stay empty: a file capability in the image must not add to what was given. A process that is
 * not root gets what execve would leave it: the bounding set alone. As in Docker, `privileged`, `ALL` and the defaults
 * give what we have ourselves; what is asked for by name is given or refused.
 * @param available our own bounding set
 * @throws BerthError INPUT on an unknown name, UNSUPPORTED on one that we lack
 */
export function toCapabilities(service: Service, uid: number, available: ReadonlySet<string>): Capabilities {
  checkNames(service, available);
  const bounding = chosen(service)
    .filter((name) => available.has(name))
    .map((name) => `CAP_${name}`);
  const held = uid === 0 ? bounding : [];
  return { bounding, effective: held, permitted: held, inheritable: [], ambient: [] };
}

function checkNames({ name: serviceName, privileged, capAdd, capDrop }: Service, available: ReadonlySet<string>): void {
  const doing = `give service ${serviceName} its capabilities`;
  const named = [...capAdd, ...capDrop].filter((name) => name !== 'ALL');
  const unknown = named.find((name) => !allCapabilities.includes(name));
  if (unknown !== undefined) throw new BerthError('INPUT', `${doing}: there is none called ${unknown}`);
  const lacking = privileged ? undefined : capAdd.find((name) => name !== 'ALL' && !available.has(name));
  if (lacking !== undefined) throw new BerthError('UNSUPPORTED', `${doing}: root on this host lacks ${lacking} itself`);
}

function chosen({ privileged, capAdd, capDrop }: Service): readonly string[] {
  if (privileged) return allCapabilities;
  const dropped = (name: string) => capDrop.includes(name);
  if (capAdd.includes('ALL')) return allCapabilities.filter((name) => !dropped(name));
  if (dropped('ALL')) return allCapabilities.filter((name) => capAdd.includes(name));
  return allCapabilities.filter((name) => capAdd.includes(name) || (defaults.has(name) && !dropped(name)));
}
