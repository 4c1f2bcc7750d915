import type { GrantFile } from '../schema/grant.js';
import { asMode, type Printable, terse } from './value.js';

/** @param dir where what has no target is seen */
export function serviceGrants(grants: readonly GrantFile[], dir: string): Printable {
  return grants.map((grant) => printed({ ...grant, target: grant.target ?? `${dir}${grant.source}` }));
}

/** Without a target it is where the reader puts it. */
export function plainGrants(grants: readonly GrantFile[]): Printable {
  return grants.map(printed);
}

function printed({ source, target, uid, gid, mode }: GrantFile): Printable {
  return terse({ source, target, uid, gid, mode: asMode(mode) });
}
