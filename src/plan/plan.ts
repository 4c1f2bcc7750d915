import type { Resources, Service, Volume } from '../stack/model.js';

/**
 * `Plan`: the ordered steps that bring the observed state to the stack file's. `plan` prints exactly what `up` runs,
 * because both use this value. It is plain JSON, so that it can be saved and applied later.
 */
export interface Plan {
  readonly format: 1;
  readonly stack: string;
  /** serial of the state it was made for; `apply` refuses it once the serial has moved */
  readonly serial: number;
  readonly steps: readonly Step[];
  /** what an interested reader wants to know beside the steps: orphans left alone, keys without effect */
  readonly notes: readonly string[];
}

/** `service:web:1`, `volume:data`, `image:web`: one key for plans, logs and tests. */
export type ResourceId = string;

export interface Step {
  /** counts from 1 in the order of `Plan.steps` */
  readonly id: number;
  readonly on: ResourceId;
  readonly action: Action;
  /** why, in words: `not found`, `config changed (command)`, `drift`, … */
  readonly cause: string;
  /** the differences behind the cause, old → new */
  readonly changes: readonly FieldChange[];
  /** ids of earlier steps that must have succeeded */
  readonly after: readonly number[];
  /** ids of earlier steps that must have ended, however: dependencies with `required: false`; absent: none */
  readonly afterSettled?: readonly number[];
}

export interface FieldChange {
  /** path in Service or Volume, e.g. `resources.memoryBytes`, `environment.PORT` */
  readonly field: string;
  /** printable; null where there was none */
  readonly from: string | null;
  readonly to: string | null;
  readonly class: FieldClass;
  /** true: found in the kernel, not in the file */
  readonly drift: boolean;
}

export type FieldClass = 'live' | 'restart' | 'replace' | 'none';

/** Each action and its arguments; `Action`, `Engine` and the executor table are derived from this. */
export interface ActionArgs {
  /** builds or loads an entry of `images:` into the store */
  buildImage: { readonly image: string };
  createVolume: { readonly volume: Volume };
  removeVolume: { readonly name: string };
  /**
   * writes record, bundle and layer; starts nothing. `replaces`: id of the container whose anonymous volumes it takes over.
   * A namespace of another service is that of its lowest replica, the newest container of that name.
   */
  createContainer: { readonly container: ContainerIdentity; readonly service: Service; readonly replaces?: string };
  startContainer: { readonly container: ContainerIdentity };
  /** stop signal, grace, SIGKILL; null: the container's own settings */
  stopContainer: { readonly container: ContainerRef; readonly timeoutMs: number | null };
  /** removes a container that is not running, with its layer, namespaces, cgroups; kills what is left of it */
  removeContainer: { readonly container: ContainerRef; readonly removeAnonymousVolumes: boolean };
  /** live change: limits to the kernel, settings to the shim; `service` is the whole new service */
  updateContainer: {
    readonly container: ContainerRef;
    readonly service: Service;
    readonly resources: Resources | null;
  };
  pauseContainer: { readonly container: ContainerRef };
  unpauseContainer: { readonly container: ContainerRef };
  /** waits until a dependency's condition holds; fails at once when it can't any more */
  waitForCondition: {
    readonly container: ContainerIdentity;
    readonly condition: 'service_started' | 'service_healthy' | 'service_completed_successfully';
  };
  removeImage: { readonly image: string };
}

export type Action = { readonly [K in keyof ActionArgs]: { readonly kind: K } & ActionArgs[K] }[keyof ActionArgs];

/**
 * A container by name. Names are an index: the old and the new container of one name can be there at once, so a step on a
 * container that was observed carries its id; null means the one that this plan creates (its id is the engine's choice).
 */
export interface ContainerIdentity {
  readonly name: string;
  readonly service: string;
  readonly replica: number;
  readonly id: string | null;
}

/** A container that was observed. */
export interface ContainerRef {
  readonly id: string;
  readonly name: string;
}
