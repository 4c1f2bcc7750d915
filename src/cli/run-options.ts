import { posix, resolve } from 'node:path';
import { BerthError } from '../errors.js';
import type { Mount, Service, Stack } from '../stack/model.js';

/** What `run` changes of the service that it makes a container of. */
export interface RunRequest {
  /** empty: the service's own */
  readonly command: readonly string[];
  readonly entrypoint: readonly string[] | null;
  /** `NAME=value` */
  readonly env: readonly string[];
  /** `[SOURCE:]TARGET[:OPTIONS]` */
  readonly volumes: readonly string[];
  readonly user: string | null;
  readonly workdir: string | null;
  readonly tty: boolean;
  readonly stdin: boolean;
  /** what relative sources of volumes start from */
  readonly cwd: string;
}

/** The service as a one-off container runs it: once, whatever its restart policy says. */
export function oneOffService(service: Service, stack: Stack, request: RunRequest): Service {
  const added = request.volumes.map((text) => parseVolume(text, stack, request.cwd));
  const kept = service.mounts.filter(({ target }) => !added.some((mount) => mount.target === target));
  return {
    ...service,
    replicas: 1,
    entrypoint: request.entrypoint ?? service.entrypoint,
    // An entrypoint of one's own takes none of the service's arguments along.
    command: request.command.length > 0 ? request.command : request.entrypoint === null ? service.command : [],
    environment: { ...service.environment, ...environmentOf(request.env) },
    user: request.user ?? service.user,
    workingDir: request.workdir ?? service.workingDir,
    mounts: [...kept, ...added].sort((a, b) => (a.target < b.target ? -1 : 1)),
    tty: request.tty,
    stdinOpen: request.stdin,
    restart: { policy: 'no', maxAttempts: 0, delayMs: null, windowMs: null },
  };
}

function environmentOf(lines: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    lines.map((line) => {
      const equals = line.indexOf('=');
      return [line.slice(0, equals), line.slice(equals + 1)];
    }),
  );
}

/** @throws BerthError USAGE */
function parseVolume(text: string, stack: Stack, cwd: string): Mount {
  const parts = text.split(':');
  const [source = null, rawTarget = '', mode = ''] = parts.length === 1 ? [undefined, text] : parts;
  const options = mode.split(',').filter((option) => option !== '');
  const unknown = options.find((option) => !['ro', 'rw', 'nocopy', 'z', 'Z'].includes(option));
  const target = posix.normalize(rawTarget).replace(/(.)\/$/, '$1');
  const refuse = (reason: string) => new BerthError('USAGE', `-v ${text}: ${reason}`);
  if (parts.length > 3 || source === '') throw refuse('expected [SOURCE:]TARGET[:OPTIONS]');
  if (!target.startsWith('/') || target === '/') throw refuse('expected an absolute path in the container');
  if (unknown !== undefined) throw refuse(`unknown option '${unknown}'`);
  const readOnly = options.includes('ro');
  if (typeof source === 'string' && /^[./]/.test(source)) {
    const propagation = 'rprivate';
    return {
      type: 'bind',
      source: resolve(cwd, source),
      target,
      readOnly,
      createHostPath: true,
      propagation,
      recursive: 'enabled',
    };
  }
  if (typeof source === 'string' && !(source in stack.volumes))
    throw refuse(`no service of the stack file uses a volume '${source}'`);
  return {
    type: 'volume',
    volume: source ?? null,
    target,
    readOnly,
    nocopy: options.includes('nocopy'),
    subpath: null,
  };
}
