import { BerthError } from '../errors.js';
import type { PlanOptions } from '../plan/options.js';
import type { Flag } from './globals.js';

/** Flags of `up` and `plan` that decide what is planned; `plan` shows with them what `up` does with them. */
export const planFlags: readonly Flag[] = [
  { flags: '--force-recreate', text: 'replace containers, even where nothing changed' },
  { flags: '--no-recreate', text: 'keep containers that would be replaced' },
  { flags: '--no-deps', text: 'leave the services alone that SERVICE depends on' },
  { flags: '--no-start', text: 'make and change containers, start none' },
  { flags: '--remove-orphans', text: 'remove containers of services that the file does not have' },
  { flags: '--scale <service=count>', text: 'number of containers of a service; repeatable', parse: parseScale },
];

export interface PlanFlagValues {
  readonly forceRecreate?: boolean;
  readonly recreate?: boolean;
  readonly deps?: boolean;
  readonly start?: boolean;
  readonly removeOrphans?: boolean;
  readonly scale?: Readonly<Record<string, number>>;
}

/** `web=3`, added to those given before. @throws USAGE */
export function parseScale(value: string, previous: unknown): Readonly<Record<string, number>> {
  const match = /^([^=]+)=(\d+)$/.exec(value);
  if (match === null) throw new BerthError('USAGE', `'${value}' is not of the form service=count`);
  const before = typeof previous === 'object' && previous !== null ? previous : {};
  return { ...before, [match[1] ?? '']: Number(match[2]) };
}

/** @throws USAGE for flags that exclude each other */
export function toPlanOptions(
  values: PlanFlagValues,
  services: readonly string[],
  timeoutMs: number | null,
): Omit<PlanOptions, 'imageInputs'> {
  if (values.forceRecreate === true && values.recreate === false) {
    throw new BerthError('USAGE', '--force-recreate and --no-recreate exclude each other');
  }
  return {
    services,
    noDeps: values.deps === false,
    scale: values.scale ?? {},
    forceRecreate: values.forceRecreate ?? false,
    noRecreate: values.recreate === false,
    removeOrphans: values.removeOrphans ?? false,
    start: values.start !== false,
    timeoutMs,
  };
}
