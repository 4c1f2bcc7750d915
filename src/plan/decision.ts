import type { Resources, Service, Stack } from '../stack/model.js';
import type { Builds } from './images.js';
import type { ObservedContainer, ObservedState } from './observed.js';
import type { PlanOptions } from './options.js';
import type { FieldChange } from './plan.js';
import type { Removal } from './slots.js';
import type { VolumePlan } from './volumes.js';

/** What becomes of one replica. */
export interface Decision {
  readonly service: Service;
  readonly name: string;
  readonly replica: number;
  /** the container that is kept or replaced; null for `create` */
  readonly container: ObservedContainer | null;
  readonly verdict: 'keep' | 'create' | 'replace' | 'restart' | 'start' | 'unpause';
  /** why, unless `keep` */
  readonly cause: string;
  /** the differences behind a replacement */
  readonly changes: readonly FieldChange[];
  /** settings to write into a container that stays */
  readonly update: Update | null;
  /** what was left undone on request; null: nothing */
  readonly note: string | null;
  /** others that claim the same place */
  readonly extras: readonly Removal[];
}

export interface Update {
  readonly cause: string;
  readonly changes: readonly FieldChange[];
  /** limits to write; null: they stay */
  readonly resources: Resources | null;
}

export interface ServiceDecisions {
  readonly service: Service;
  /** false: only what follows from other services is done */
  readonly selected: boolean;
  /** by replica number */
  readonly replicas: readonly Decision[];
  /** scaled down, or leftovers of a place that is not needed */
  readonly removals: readonly Removal[];
}

/** What deciding about one service takes; `decided` holds the services that it needs. */
export interface DecisionContext {
  readonly stack: Stack;
  readonly observed: ObservedState;
  readonly options: PlanOptions;
  readonly builds: Builds;
  readonly volumes: VolumePlan;
  readonly decided: ReadonlyMap<string, ServiceDecisions>;
  /** services that some other one waits for with service_completed_successfully */
  readonly oneShots: ReadonlySet<string>;
}
