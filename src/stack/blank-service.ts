import type { Resources, Service } from './model.js';

export const noLimits: Resources = {
  pidsLimit: null,
  cpus: null,
  cpuQuotaUs: null,
  cpuPeriodUs: null,
  cpuShares: null,
  cpuset: null,
  memoryBytes: null,
  memorySwapBytes: null,
  memoryReservationBytes: null,
  memorySwappiness: null,
  oomKillDisable: false,
  blkio: null,
};

const PRIVATE = { kind: 'private' } as const;

/** A service of which the file says nothing but its name and image: every default as `resolve` fills it. */
export function blankService(name: string, image: string): Service {
  return {
    name,
    image,
    replicas: 1,
    containerName: null,
    command: null,
    entrypoint: null,
    environment: {},
    workingDir: null,
    user: null,
    groupAdd: [],
    hostname: null,
    domainname: null,
    init: false,
    tty: false,
    stdinOpen: false,
    labels: {},
    extraHosts: [],
    oomScoreAdj: null,
    ulimits: {},
    sysctls: {},
    privileged: false,
    readOnly: false,
    capAdd: [],
    capDrop: [],
    devices: [],
    deviceCgroupRules: [],
    noNewPrivileges: false,
    seccomp: null,
    namespaces: { network: PRIVATE, ipc: PRIVATE, pid: PRIVATE, uts: PRIVATE, user: { kind: 'host' }, cgroup: PRIVATE },
    mounts: [],
    shmSizeBytes: 64 << 20,
    resources: noLimits,
    restart: { policy: 'no', maxAttempts: 0, delayMs: null, windowMs: null },
    healthcheck: null,
    onUnhealthy: 'none',
    stopSignal: null,
    stopGraceMs: 10_000,
    logging: { driver: 'json-file', maxSizeBytes: 0, maxFile: 1 },
    dependsOn: {},
  };
}
