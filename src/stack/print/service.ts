import { formatBytes, formatDuration } from '../../units.js';
import type { Mount, NamespaceSource, Namespaces, Resources, RestartPolicy, Service } from '../model.js';
import { compact, given, orNothing, type Printable, printableCommand, printableHealthcheck } from './value.js';

/** One service in the long forms of its keys. */
export function printableService(service: Service): Printable {
  return compact({
    image: service.image,
    container_name: orNothing(service.containerName),
    scale: service.replicas,
    command: printableCommand(service.command),
    entrypoint: printableCommand(service.entrypoint),
    environment: service.environment,
    working_dir: orNothing(service.workingDir),
    user: orNothing(service.user),
    group_add: service.groupAdd,
    hostname: orNothing(service.hostname),
    domainname: orNothing(service.domainname),
    init: service.init,
    tty: service.tty,
    stdin_open: service.stdinOpen,
    labels: service.labels,
    extra_hosts: service.extraHosts.map(({ host, ip }) => `${host}=${ip}`),
    oom_score_adj: orNothing(service.oomScoreAdj),
    ulimits: Object.fromEntries(
      Object.entries(service.ulimits).map(([name, { soft, hard }]) => [name, { soft, hard }]),
    ),
    sysctls: service.sysctls,
    privileged: service.privileged,
    read_only: service.readOnly,
    cap_add: service.capAdd,
    cap_drop: service.capDrop,
    devices: service.devices.map(({ source, target, permissions }) => ({ source, target, permissions })),
    device_cgroup_rules: service.deviceCgroupRules,
    security_opt: securityOptions(service),
    ...printableNamespaces(service.namespaces),
    volumes: service.mounts.filter((mount) => !isShortTmpfs(mount)).map(printableMount),
    tmpfs: service.mounts.filter(isShortTmpfs).map(shortTmpfs),
    shm_size: formatBytes(service.shmSizeBytes),
    ...printableResources(service.resources),
    ...printableRestart(service.restart),
    healthcheck: printableHealthcheck(service.healthcheck),
    stop_signal: orNothing(service.stopSignal),
    stop_grace_period: formatDuration(service.stopGraceMs),
    logging: printableLogging(service),
    depends_on: Object.fromEntries(
      Object.entries(service.dependsOn).map(([name, { condition, restart, required }]) => [
        name,
        { condition, restart, required },
      ]),
    ),
    'x-berth': service.onUnhealthy === 'none' ? undefined : { on_unhealthy: service.onUnhealthy },
  });
}

function securityOptions({ noNewPrivileges, seccomp }: Service): string[] {
  const profile = seccomp?.kind === 'file' ? seccomp.path : seccomp?.kind;
  return [...(noNewPrivileges ? ['no-new-privileges'] : []), ...(profile === undefined ? [] : [`seccomp=${profile}`])];
}

function printableLogging({ logging }: Service): Printable {
  const options = compact({
    'max-size': logging.maxSizeBytes === 0 ? undefined : formatBytes(logging.maxSizeBytes),
    'max-file': logging.driver === 'none' ? undefined : String(logging.maxFile),
  });
  return compact({ driver: logging.driver, options });
}

function printableNamespaces(namespaces: Namespaces): Record<string, Printable | undefined> {
  return {
    network_mode: modeOf(namespaces.network) ?? 'none',
    ipc: modeOf(namespaces.ipc),
    pid: modeOf(namespaces.pid),
    uts: modeOf(namespaces.uts),
    cgroup: modeOf(namespaces.cgroup),
  };
}

function modeOf(source: NamespaceSource | Namespaces['ipc']): string | undefined {
  if (source.kind === 'private') return undefined;
  if (source.kind === 'service') return `service:${source.service}`;
  return source.kind === 'container' ? `container:${source.container}` : source.kind;
}

type TmpfsMount = Extract<Mount, { type: 'tmpfs' }>;

/** Only the short syntax has a place for other options. */
function isShortTmpfs(mount: Mount): mount is TmpfsMount {
  return mount.type === 'tmpfs';
}

function shortTmpfs({ target, sizeBytes, mode, options }: TmpfsMount): string {
  const all = [
    ...(sizeBytes === null ? [] : [`size=${sizeBytes}`]),
    ...(mode === null ? [] : [`mode=${mode.toString(8)}`]),
    ...options,
  ];
  return all.length === 0 ? target : `${target}:${all.join(',')}`;
}

function printableMount(mount: Exclude<Mount, TmpfsMount>): Printable {
  const { type, target, readOnly } = mount;
  if (mount.type === 'bind') {
    const { propagation, createHostPath, recursive } = mount;
    const bind = { create_host_path: createHostPath, propagation, recursive };
    return { type, source: mount.source, target, read_only: readOnly, bind };
  }
  const { nocopy, subpath } = mount;
  return compact({
    type,
    source: orNothing(mount.volume),
    target,
    read_only: readOnly,
    volume: compact({ nocopy, subpath: orNothing(subpath) }),
  });
}

function printableResources(resources: Resources): Record<string, Printable | undefined> {
  const { blkio } = resources;
  return {
    pids_limit: orNothing(resources.pidsLimit),
    cpus: orNothing(resources.cpus),
    cpu_quota: resources.cpus === null ? orNothing(resources.cpuQuotaUs) : undefined,
    cpu_period: orNothing(resources.cpuPeriodUs),
    cpu_shares: orNothing(resources.cpuShares),
    cpuset: orNothing(resources.cpuset),
    mem_limit: given(resources.memoryBytes, formatBytes),
    memswap_limit: given(resources.memorySwapBytes, (bytes) => (bytes === -1 ? -1 : formatBytes(bytes))),
    mem_reservation: given(resources.memoryReservationBytes, formatBytes),
    mem_swappiness: orNothing(resources.memorySwappiness),
    oom_kill_disable: resources.oomKillDisable || undefined,
    blkio_config: given(blkio, (limits) =>
      compact({
        weight: orNothing(limits.weight),
        weight_device: limits.weightDevice.map(({ path, weight }) => ({ path, weight })),
        device_read_bps: limits.readBps.map(({ path, rate }) => ({ path, rate })),
        device_write_bps: limits.writeBps.map(({ path, rate }) => ({ path, rate })),
        device_read_iops: limits.readIops.map(({ path, rate }) => ({ path, rate })),
        device_write_iops: limits.writeIops.map(({ path, rate }) => ({ path, rate })),
      }),
    ),
  };
}

const CONDITIONS = { no: 'none', 'on-failure': 'on-failure', always: 'any' } as const;

/** Only `deploy.restart_policy` has a delay and a window. */
function printableRestart(restart: RestartPolicy): Record<string, Printable> {
  const { policy, maxAttempts, delayMs, windowMs } = restart;
  const isPlain = delayMs === null && windowMs === null && (maxAttempts === 0 || policy === 'on-failure');
  if (isPlain || policy === 'unless-stopped')
    return { restart: maxAttempts === 0 ? policy : `${policy}:${maxAttempts}` };
  const condition = CONDITIONS[policy];
  const details = {
    condition,
    max_attempts: maxAttempts,
    delay: given(delayMs, formatDuration),
    window: given(windowMs, formatDuration),
  };
  return { deploy: { restart_policy: compact(details) } };
}
