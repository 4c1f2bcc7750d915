import type { ResourceId } from './plan.js';

/** What a command asks of the planner beside the stack file. */
export interface PlanOptions {
  /** services to bring up, with what they depend on; empty: all */
  readonly services: readonly string[];
  /** leaves the dependencies of `services` alone */
  readonly noDeps: boolean;
  /** number of containers by service, in place of the file's */
  readonly scale: Readonly<Record<string, number>>;
  /** replaces containers of the services asked for, even where nothing changed */
  readonly forceRecreate: boolean;
  /** keeps containers that would be replaced */
  readonly noRecreate: boolean;
  /** removes containers of services that the file no longer has */
  readonly removeOrphans: boolean;
  /** false: containers are made and changed, none is started */
  readonly start: boolean;
  /** grace before SIGKILL when a container is stopped; null: its own */
  readonly timeoutMs: number | null;
  /** digest of the inputs of each entry of `images:` as they are now; without one an image counts as current */
  readonly imageInputs: Readonly<Record<string, string>>;
}

export const defaultPlanOptions: PlanOptions = {
  services: [],
  noDeps: false,
  scale: {},
  forceRecreate: false,
  noRecreate: false,
  removeOrphans: false,
  start: true,
  timeoutMs: null,
  imageInputs: {},
};

/** What `down` asks. */
export interface DestroyOptions {
  /** services to remove; empty: all */
  readonly services: readonly string[];
  /** services that the file has; containers of others are orphans. Null: there is no file, every container counts */
  readonly known: readonly string[] | null;
  readonly removeOrphans: boolean;
  /** removes the named volumes that the stack made, too; never external ones */
  readonly removeVolumes: boolean;
  /** `local`: images built from `images:`; `all`: every image of the stack's services */
  readonly removeImages: 'none' | 'local' | 'all';
  readonly timeoutMs: number | null;
}

export const defaultDestroyOptions: DestroyOptions = {
  services: [],
  known: null,
  removeOrphans: false,
  removeVolumes: false,
  removeImages: 'none',
  timeoutMs: null,
};

/** Why there can be no plan: every reason found, so that they are put right in one go. Nothing was changed. */
export interface PlanRefusal {
  readonly refused: readonly Refusal[];
}

export interface Refusal {
  readonly on: ResourceId;
  /** what is asked, and why it can't be */
  readonly reason: string;
  readonly hint: string | null;
}

export function isRefusal<T extends object>(planned: T | PlanRefusal): planned is PlanRefusal {
  return 'refused' in planned;
}
