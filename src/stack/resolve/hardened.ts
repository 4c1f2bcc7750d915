import type { Mount, Service } from '../model.js';
import type { Path } from '../node.js';
import type { Report } from '../problems.js';
import type { ServiceFile } from '../schema/service.js';

/** Podman's eleven. */
const CAPABILITIES = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
];
/** As podman: most programs have dozens of threads, a fork bomb has thousands. */
const PIDS_LIMIT = 2048;
/** Where programs expect to write. */
const WRITABLE = [
  ['/run', 0o755],
  ['/tmp', 0o1777],
  ['/var/tmp', 0o1777],
] as const;

/**
 * What `x-berth: {hardened: true}` makes of a service. What the service says itself holds where it narrows; where it widens,
 * both can't be meant.
 */
export function harden(service: Service, file: ServiceFile, report: Report): Service {
  for (const [path, what] of contradictions(service, file))
    report.error(path, `${what} contradicts x-berth.hardened: take one of them away`);
  return {
    ...service,
    capAdd: capabilitiesOf(service),
    capDrop: ['ALL'],
    noNewPrivileges: true,
    readOnly: true,
    mounts: withWritable(service.mounts),
    namespaces: { ...service.namespaces, user: file.userns_mode === undefined ? OWN : service.namespaces.user },
    resources: { ...service.resources, pidsLimit: service.resources.pidsLimit ?? PIDS_LIMIT },
  };
}

const OWN: Service['namespaces']['user'] = { kind: 'auto', size: 65_536, uidMappings: [], gidMappings: [] };

function contradictions(service: Service, file: ServiceFile): readonly (readonly [Path, string])[] {
  const widening = service.capAdd.filter((name) => !CAPABILITIES.includes(name));
  const allowsPrivileges = file.security_opt?.some((entry) => /^no-new-privileges[=:]false$/.test(entry));
  const unlimited = [file.pids_limit, file.deploy?.resources?.limits?.pids].some(
    (limit) => limit === -1 || limit === 0,
  );
  const found: (readonly [boolean | undefined, Path, string])[] = [
    [service.privileged, ['privileged'], 'privileged: true'],
    [widening.length > 0, ['cap_add'], `cap_add: ${widening.join(', ')}`],
    [file.read_only === false, ['read_only'], 'read_only: false'],
    [allowsPrivileges, ['security_opt'], 'no-new-privileges:false'],
    [service.seccomp?.kind === 'unconfined', ['security_opt'], 'seccomp=unconfined'],
    [file.userns_mode === 'host', ['userns_mode'], 'userns_mode: host'],
    [unlimited, ['pids_limit'], 'no pids limit'],
  ];
  return found.flatMap(([isSo, path, what]) => (isSo === true ? [[path, what] as const] : []));
}

function capabilitiesOf({ capAdd, capDrop }: Service): string[] {
  return CAPABILITIES.filter((name) => capAdd.includes(name) || !(capDrop.includes(name) || capDrop.includes('ALL')));
}

/** A mount of the service's own, there or above, is where it wants to write. */
function withWritable(mounts: readonly Mount[]): Mount[] {
  const missing = WRITABLE.filter(
    ([target]) => !mounts.some((mount) => target === mount.target || target.startsWith(`${mount.target}/`)),
  );
  const added = missing.map(([target, mode]): Mount => ({ type: 'tmpfs', target, sizeBytes: null, mode, options: [] }));
  return [...mounts, ...added].sort((a, b) => (a.target < b.target ? -1 : 1));
}
