import type { Resources, Service } from '../stack/model.js';

const noLimits: Resources = {
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
const HOST = { kind: 'host' } as const;

/** What a build step runs in: the host's network, Docker's default capabilities, no limits, no log. */
export function buildService(image: string): Service {
  return {
    name: `build-${image.replaceAll(/[^a-z0-9_-]/g, '-')}`,
    image,
    replicas: 1,
    containerName: null,
    command: null,
    entrypoint: [],
    environment: {},
    workingDir: null,
    user: null,
    groupAdd: [],
    hostname: null,
    domainname: null,
    init: true,
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
    namespaces: { network: HOST, ipc: PRIVATE, pid: PRIVATE, uts: PRIVATE, user: HOST, cgroup: PRIVATE },
    mounts: [],
    shmSizeBytes: 64 << 20,
    resources: noLimits,
    restart: { policy: 'no', maxAttempts: 0, delayMs: null, windowMs: null },
    healthcheck: null,
    onUnhealthy: 'none',
    stopSignal: null,
    stopGraceMs: 0,
    logging: { driver: 'none', maxSizeBytes: 0, maxFile: 1 },
    dependsOn: {},
  };
}
