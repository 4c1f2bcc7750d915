import { lstatSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { shimPath } from '../addon/native.js';
import { BerthError } from '../errors.js';
import type { ImageConfig } from '../image/config.js';
import type { Layer } from '../image/model.js';
import { writeNew } from '../linux/atomic.js';
import { ownInput, writeEtc, writeSpec } from '../linux/bundle-files.js';
import { openStream } from '../linux/stream.js';
import type { ContainerInput } from '../oci/input.js';
import { toRuntimeSpec } from '../oci/runtime-spec.js';
import { mergeEnv } from './config.js';
import type { BuildHost, Scratch } from './scratch.js';
import { createTail } from './subprocess.js';
import { findName, placeOf, treeOf } from './tree.js';

export interface RunContext {
  readonly host: BuildHost;
  readonly config: ImageConfig;
  /** variables of the entry's `config`, over the base's */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

/**
 * Runs a shell command as root on the layers so far, in a container with the host's network.
 * @throws BerthError SYSTEM with exit code and the last lines of its output
 */
export async function runIn(
  scratch: Scratch,
  layers: readonly Layer[],
  command: string,
  context: RunContext,
): Promise<void> {
  const { host, signal } = context;
  writeFiles(scratch, command, context);
  const missing = missingMountPoints(host.paths.overlay, layers);
  const { paths } = scratch;
  const started = await host.addon.startContainer({
    shimPath: shimPath(),
    containerDir: paths.dir,
    runDir: paths.runDir,
    attach: true,
  });
  const stop = () => void host.addon.control(paths.runDir, { kind: 'kill', signal: 9 }).catch(() => undefined);
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    await follow(started.streamFd, command, context);
  } finally {
    signal.removeEventListener('abort', stop);
  }
  removeMountPoints(scratch.upper, missing);
}

function writeFiles(scratch: Scratch, command: string, context: RunContext): void {
  const input = toInput(scratch, command, context);
  writeEtc(input, scratch.paths, writeNew);
  writeSpec(input, toRuntimeSpec(input), scratch.paths, writeNew);
}

function toInput(scratch: Scratch, command: string, { host, config: { config }, env }: RunContext): ContainerInput {
  return {
    ...ownInput(host.paths, scratch, scratch.layer, scratch.paths),
    service: { ...scratch.service, command: ['/bin/sh', '-c', command] },
    image: {
      entrypoint: [],
      command: [],
      env: mergeEnv(config.Env ?? [], env),
      workingDir: config.WorkingDir ?? '',
      stopSignal: null,
      healthcheck: null,
      volumes: [],
    },
    user: { uid: 0, gid: 0, groups: [], home: '/root' },
    mounts: [],
    joins: {},
    devices: [],
    ids: null,
    hostDevices: [],
    blockDevices: {},
    generation: 1,
  };
}

/** Tells each line of output; resolves when the command ended well. */
async function follow(streamFd: number, command: string, { signal, progress }: RunContext): Promise<void> {
  const stream = openStream(streamFd);
  const tail = createTail();
  const lines = createLines((line) => {
    tail.add(line);
    progress(line);
  });
  let code: number | null = null;
  for await (const frame of stream.frames()) {
    if (frame.kind === 'stdout' || frame.kind === 'stderr') lines.add(frame.kind, frame.data.toString('utf8'));
    if (frame.kind !== 'exit') continue;
    code = frame.code;
    break;
  }
  stream.close();
  lines.end();
  if (code === 0) return;
  const reason = signal.aborted ? 'interrupted' : code === null ? 'its shim is gone' : `exit code ${code}`;
  throw new BerthError('SYSTEM', `run ${JSON.stringify(command)}: ${reason}${tail.text()}`);
}

function createLines(emit: (line: string) => void) {
  const rest = { stdout: '', stderr: '' };
  return {
    add(stream: 'stdout' | 'stderr', text: string) {
      const lines = (rest[stream] + text).split(/\r?\n/);
      rest[stream] = lines.pop() ?? '';
      for (const line of lines) emit(line);
    },
    end() {
      for (const line of Object.values(rest)) if (line !== '') emit(line);
    },
  };
}

/** What the container's mounts need, deepest first. */
const MOUNT_POINTS = ['/etc/hosts', '/etc/hostname', '/etc/resolv.conf', '/etc', '/dev', '/proc', '/sys'];

/** Mount points that aren't in the image: they come up in the upper directory and don't belong into the layer. */
function missingMountPoints(overlayDir: string, layers: readonly Layer[]): string[] {
  const tree = treeOf(overlayDir, layers);
  return MOUNT_POINTS.filter((path) => findName(tree, placeOf(tree, path)) === null);
}

/** Only where nothing was put there. */
function removeMountPoints(upper: string, missing: readonly string[]): void {
  for (const point of missing) {
    const path = join(upper, point);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats?.isDirectory() && readdirSync(path).length === 0) rmdirSync(path);
    if (stats?.isFile() && stats.size === 0) rmSync(path);
  }
}
