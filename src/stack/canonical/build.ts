import { isRemote } from '../rebase.js';
import { hostPath, type ResolveContext } from '../resolve/context.js';
import type { BuildFile } from '../schema/build.js';
import { extraHosts, ulimits } from './common.js';
import { plainGrants } from './grants.js';
import { asText, defined, mapValues, type Printable, terse } from './value.js';

export function canonicalBuild(build: BuildFile, context: ResolveContext): Printable {
  const place = (path: string): string => (isRemote(path) ? path : hostPath(path, context));
  return terse({
    context: place(build.context ?? '.'),
    dockerfile: build.dockerfile_inline === undefined ? (build.dockerfile ?? 'Dockerfile') : undefined,
    dockerfile_inline: build.dockerfile_inline,
    entitlements: build.entitlements,
    args: argumentsOf(build, context),
    ssh: build.ssh && Object.entries(build.ssh).map(([name, path]) => (path === null ? name : `${name}=${path}`)),
    labels: mapValues(build.labels, (value) => value ?? ''),
    cache_from: build.cache_from,
    cache_to: build.cache_to,
    no_cache: build.no_cache,
    no_cache_filter: build.no_cache_filter,
    additional_contexts: mapValues(build.additional_contexts, (path) => place(path ?? '')),
    network: build.network,
    provenance: build.provenance,
    sbom: build.sbom,
    pull: build.pull,
    target: build.target,
    shm_size: asText(build.shm_size),
    extra_hosts: extraHosts(build.extra_hosts),
    isolation: build.isolation,
    privileged: build.privileged,
    secrets: build.secrets && plainGrants(build.secrets),
    tags: build.tags,
    ulimits: ulimits(build.ulimits) && defined(ulimits(build.ulimits) ?? {}),
    platforms: build.platforms,
  });
}

/** An argument without a value takes the caller's variable; there is none without either. */
function argumentsOf({ args = {} }: BuildFile, { lookup }: ResolveContext): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(args).flatMap(([name, written]) => {
      const value = written ?? lookup(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
