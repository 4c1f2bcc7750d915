import type { Service, Volume } from '../stack/model.js';

/**
 * One snapshot of the kernel and the state directory. State files are claims: `observe` has checked each against the
 * kernel (pid with its start time, the shim's lock, cgroup values, mounts). It reports duplicates and strays without
 * choosing between them; choosing is the planner's job.
 */
export interface ObservedState {
  readonly stack: string;
  /** counts every applied change of the stack; a saved plan carries the one it was made for */
  readonly serial: number;
  readonly containers: readonly ObservedContainer[];
  readonly volumes: readonly ObservedVolume[];
  /** images of the store by every name and id that the stack's services ask for */
  readonly images: Readonly<Record<string, ObservedImage>>;
  /** warnings of what the stack asks for and this host has no notion of; absent: none */
  readonly notes?: readonly string[];
}

export type ContainerStatus =
  | 'creating' // intent is recorded, creation did not finish
  | 'created'
  | 'running'
  | 'paused'
  | 'restarting' // the shim waits before its next try
  | 'exited'
  | 'dead'; // removal began and did not finish

export type Health = 'none' | 'starting' | 'healthy' | 'unhealthy';

export interface ObservedContainer {
  /** 64 hex digits */
  readonly id: string;
  readonly name: string;
  readonly stack: string;
  readonly service: string;
  /** `com.docker.compose.container-number`; 0 for one-off containers of `run` */
  readonly replica: number;
  readonly oneOff: boolean;
  readonly status: ContainerStatus;
  /** false where the status file claims a live container whose shim is gone */
  readonly shimAlive: boolean;
  /** a replacement that the stack may have begun: `<id12>_<name>` style leftovers are told by `status` */
  readonly pid: number | null;
  readonly health: Health;
  readonly exitCode: number | null;
  readonly oomKilled: boolean;
  readonly manuallyStopped: boolean;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly restartCount: number;
  /** the service as it was applied to this container (secrets as digests) */
  readonly applied: Service;
  /** the image id it was created from */
  readonly imageId: string;
  /** ids of the containers whose namespaces it was started in, by namespace */
  readonly joined: Readonly<Partial<Record<'network' | 'ipc' | 'pid' | 'uts' | 'user' | 'cgroup', string>>>;
  /** generation of settings that was written last, and the one that the shim has acknowledged */
  readonly generation: number;
  readonly acknowledged: number;
  /** values that the kernel holds other than the applied ones */
  readonly drift: readonly Drift[];
}

/** One difference between what was applied and what the kernel has. */
export interface Drift {
  /** field of Service it belongs to, e.g. `resources.memoryBytes`, or a subject such as `mount /data` */
  readonly field: string;
  /** the kernel's name for it, e.g. `memory.max` */
  readonly what: string;
  readonly expected: string;
  readonly actual: string;
}

export interface ObservedVolume {
  readonly name: string;
  /** stack that made it; null: made by hand or by another tool */
  readonly stack: string | null;
  readonly key: string | null;
  /** false: the record is there but the directory is not */
  readonly present: boolean;
  readonly anonymous: boolean;
  readonly definition: Volume | null;
  /** containers (ids) whose records mount it */
  readonly usedBy: readonly string[];
}

export interface ObservedImage {
  /** `sha256:…` of the image config */
  readonly id: string;
  /** for an entry of `images:`: the digest of the inputs it was built from */
  readonly inputs: string | null;
  /** names of containers of other stacks that were made from it */
  readonly usedElsewhere: readonly string[];
}
