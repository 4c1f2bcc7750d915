import { resolve } from 'node:path';
import type { Lookup } from '../interpolate.js';
import type { Path } from '../node.js';
import type { Problems, Report } from '../problems.js';
import { suggest } from '../suggest.js';

/** What resolving needs from outside of the file. */
export interface ResolveContext {
  readonly stackName: string;
  /** absolute; what relative paths start from */
  readonly workingDir: string;
  /** the caller's environment and `.env` */
  readonly lookup: Lookup;
  /** @returns null if there is no such file */
  readonly readFile: (path: string) => string | null;
  readonly displayPath: (path: string) => string;
  readonly problems: Problems;
  /** services whose profiles are not enabled, with those profiles */
  readonly disabled: ReadonlyMap<string, readonly string[]>;
  /** names that the file declares, also where what it says of them is wrong */
  readonly declared: { readonly services: readonly string[]; readonly volumes: readonly string[] };
}

/** One service's part of it: paths given to the report start at the service. */
export interface ServiceContext extends ResolveContext {
  readonly serviceName: string;
  readonly report: Report;
}

/** Reports a name that no service has. */
export function checkService(name: string, path: Path, context: ServiceContext, part: 'key' | 'value'): void {
  const { services } = context.declared;
  const profiles = context.disabled.get(name);
  if (services.includes(name) && profiles === undefined) return;
  const tell = part === 'key' ? context.report.keyError : context.report.error;
  if (profiles) tell(path, `service '${name}' is not enabled`, `enable it with --profile ${profiles.join(' or ')}`);
  else tell(path, `there is no service '${name}'`, suggest(name, services));
}

/** A path of Windows, which no file here has: it is shown as it is written. */
export function isWindowsPath(path: string): boolean {
  return /^[a-zA-Z]:[\\/]/.test(path) && path.includes('\\');
}

/** An absolute path of the host for one written in the file; `~` is the caller's home. */
export function hostPath(path: string, context: ResolveContext): string {
  if (isWindowsPath(path)) return path;
  const home = path === '~' || path.startsWith('~/') ? context.lookup('HOME') : undefined;
  return resolve(context.workingDir, home === undefined ? path : `${home}${path.slice(1)}`);
}

/** A map in the order of its keys, so that the order in the file never shows. */
export function sorted<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
