/** Where a stack comes from. Nothing else decides what is loaded: no clock, no process environment. */
export interface LoadOptions {
  /** `-f`, in order; none: found as docker compose finds them */
  readonly files?: readonly string[] | undefined;
  readonly projectDirectory?: string | undefined;
  readonly projectName?: string | undefined;
  /** `--env-file`, in order; none: `.env` of the project directory */
  readonly envFiles?: readonly string[] | undefined;
  /** `--profile`; COMPOSE_PROFILES adds to them */
  readonly profiles?: readonly string[] | undefined;
  /** services that are named on the command line: they are enabled whatever their profiles */
  readonly services?: readonly string[] | undefined;
  readonly environment: Readonly<Record<string, string>>;
  /** absolute; what relative options start from */
  readonly cwd: string;
}

/** The digest of what an input held; null: there was none. */
export type InputDigest = string | null;

/** All that a loaded stack depends on, besides its options. */
export interface Inputs {
  /** files that were read or looked for, by absolute path */
  readonly files: Readonly<Record<string, InputDigest>>;
  /** environment variables that were asked for, by name */
  readonly variables: Readonly<Record<string, InputDigest>>;
}
