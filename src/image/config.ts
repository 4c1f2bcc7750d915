/** An OCI image configuration: only what we use is named, and what we don't know is kept. */
export interface ImageConfig {
  readonly created?: string;
  readonly author?: string;
  readonly architecture: string;
  readonly os: string;
  readonly variant?: string;
  readonly config: ImageRunConfig;
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly string[] };
  readonly history: readonly HistoryEntry[];
}

/** Defaults for a container. Absent means that the image doesn't say. */
export interface ImageRunConfig {
  readonly User?: string;
  /** keys like `6379/tcp` */
  readonly ExposedPorts?: Readonly<Record<string, unknown>>;
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  /** keys are absolute paths in the container */
  readonly Volumes?: Readonly<Record<string, unknown>>;
  readonly WorkingDir?: string;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly StopSignal?: string;
  readonly Healthcheck?: ImageHealthcheck;
}

/** Durations are nanoseconds, as Docker writes them; 0 and absent: the default. */
export interface ImageHealthcheck {
  /** `['NONE']`, `['CMD', …]`, `['CMD-SHELL', text]`; empty: inherited */
  readonly Test?: readonly string[];
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly StartInterval?: number;
  readonly Retries?: number;
}

export interface HistoryEntry {
  readonly created?: string;
  readonly created_by?: string;
  readonly author?: string;
  readonly comment?: string;
  /** true: it made no layer */
  readonly empty_layer?: boolean;
}
