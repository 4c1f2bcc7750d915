import { BerthError } from '../errors.js';
import type { Service } from '../stack/model.js';
import type { Capabilities } from './spec.js';

/** linux/capability.h, by number; Linux 5.9 and later know all of them. */
const all: readonly string[] = [
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
 * not root gets what execve would leave it: the bounding set alone.
 * @throws BerthError INPUT on an unknown name
 */
export function toCapabilities(service: Service, uid: number): Capabilities {
  const bounding = chosen(service).map((name) => `CAP_${name}`);
  const held = uid === 0 ? bounding : [];
  return { bounding, effective: held, permitted: held, inheritable: [], ambient: [] };
}

function chosen({ name: serviceName, privileged, capAdd, capDrop }: Service): string[] {
  for (const name of [...capAdd, ...capDrop]) {
    if (name === 'ALL' || all.includes(name)) continue;
    throw new BerthError('INPUT', `give service ${serviceName} its capabilities: there is none called ${name}`);
  }
  if (privileged) return [...all];
  const dropped = (name: string) => capDrop.includes(name);
  if (capAdd.includes('ALL')) return all.filter((name) => !dropped(name));
  if (dropped('ALL')) return all.filter((name) => capAdd.includes(name));
  return all.filter((name) => capAdd.includes(name) || (defaults.has(name) && !dropped(name)));
}
