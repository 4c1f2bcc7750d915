import type { Identity } from '../linux/identity.js';
import { ownCapabilities } from '../linux/own-capabilities.js';
import { toCapabilities } from '../oci/capabilities.js';
import type { Process } from '../oci/spec.js';
import type { Service } from '../stack/model.js';

/** What `exec` asks for beside the command. */
export interface ExecRequest {
  readonly args: readonly string[];
  /** `NAME=value` */
  readonly env: readonly string[];
  readonly workdir: string | null;
  /** null: the container's own */
  readonly identity: Identity | null;
  readonly tty: boolean;
  readonly privileged: boolean;
}

/** The process that `exec` starts: the container's own, but for what was asked. */
export function execProcess(own: Process, service: Service, request: ExecRequest): Process {
  const { identity } = request;
  const uid = identity?.uid ?? own.user.uid;
  const isChanged = identity !== null || request.privileged;
  const capabilities = isChanged
    ? toCapabilities({ ...service, privileged: service.privileged || request.privileged }, uid, ownCapabilities())
    : own.capabilities;
  return {
    ...own,
    terminal: request.tty,
    user: identity === null ? own.user : { uid, gid: identity.gid, additionalGids: identity.groups },
    args: request.args,
    env: execEnv(own.env, service, request),
    cwd: request.workdir ?? own.cwd,
    ...(capabilities === undefined ? {} : { capabilities }),
  };
}

/** Another user has another home, unless the file says which. */
function execEnv(own: readonly string[], service: Service, { env, identity, tty }: ExecRequest): readonly string[] {
  const variables = new Map<string, string>();
  if (tty) variables.set('TERM', 'xterm');
  for (const line of own) setVariable(variables, line);
  if (identity !== null && !service.environment['HOME']) variables.set('HOME', identity.home);
  for (const line of env) setVariable(variables, line);
  return [...variables].map(([name, value]) => `${name}=${value}`);
}

function setVariable(variables: Map<string, string>, line: string): void {
  const equals = line.indexOf('=');
  variables.set(line.slice(0, equals), line.slice(equals + 1));
}

/** `-e` of `exec` and `run`: a name alone passes our own variable on, if there is one. */
export function environmentLines(given: readonly string[], env: NodeJS.ProcessEnv): readonly string[] {
  return given.flatMap((line) => {
    if (line.includes('=')) return [line];
    const value = env[line];
    return value === undefined ? [] : [`${line}=${value}`];
  });
}
