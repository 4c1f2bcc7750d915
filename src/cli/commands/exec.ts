import { readFileSync } from 'node:fs';
import { shimPath } from '../../addon/native.js';
import { BerthError } from '../../errors.js';
import { type Identity, lookUpIdentity } from '../../linux/identity.js';
import type { ContainerRecord } from '../../linux/record.js';
import { openStream } from '../../linux/stream.js';
import { specText } from '../../oci/runtime-spec.js';
import type { RuntimeSpec } from '../../oci/spec.js';
import { type CommandMain, defineCommand } from '../command.js';
import { type Context, openContext, stackName } from '../context.js';
import { environmentLines, execProcess } from '../exec-process.js';
import { EXIT, processExitCodeOf } from '../exit.js';
import { listFlag, wholeNumber } from '../globals.js';
import { readCheckedStatus, readShimStatus, serviceContainers } from '../live.js';
import { nativeFailure } from '../native-failure.js';
import { runSession } from '../session.js';

interface ExecOptions {
  readonly detach?: boolean;
  readonly interactive?: boolean;
  /** true for -t, false for -T */
  readonly tty?: boolean;
  readonly user?: string;
  readonly workdir?: string;
  readonly env?: readonly string[];
  readonly index?: number;
  readonly privileged?: boolean;
}

/** `exec SERVICE COMMAND [ARG...]` */
export const main: CommandMain = defineCommand<ExecOptions>({
  name: 'exec',
  usage: 'SERVICE COMMAND [ARG...]',
  passThrough: true,
  flags: [
    { flags: '-d, --detach', text: 'leave the command running in the background' },
    { flags: '-i, --interactive', text: 'pass stdin on (always so, without -d)' },
    { flags: '-t, --tty', text: 'give the command a terminal (default: where stdin and stdout are one)' },
    { flags: '-T, --no-tty', text: 'give it none' },
    { flags: '-u, --user <user>', text: 'user[:group], names or numbers, of the container' },
    { flags: '-w, --workdir <dir>', text: 'directory to run it in' },
    listFlag('-e, --env <name=value>', 'environment variable; a name alone passes yours on'),
    { flags: '--index <number>', text: 'replica of the service (default: the first that runs)', parse: wholeNumber },
    { flags: '--privileged', text: 'give it all capabilities' },
  ],
  failureCode: processExitCodeOf,
  run: async (invocation) => {
    const { args, options, env } = invocation;
    const [service, ...command] = args;
    if (service === undefined || command.length === 0)
      throw new BerthError('USAGE', 'expected a service and a command');
    const context = await openContext(invocation);
    const record = findRunning(context, await stackName(context), service, options.index ?? null);
    const tty = options.detach !== true && wantsTty(options);
    const process = execProcess(readSpec(context, record).process, record.applied, {
      args: command,
      env: environmentLines(options.env ?? [], env),
      workdir: options.workdir ?? null,
      identity: identityOf(context, record, options.user),
      tty,
      privileged: options.privileged ?? false,
    });
    return execIn(context, record, specText(process), tty, options.detach ?? false);
  },
});

/** As docker compose: a terminal where we have one, unless told otherwise. */
export function wantsTty({ tty }: Pick<ExecOptions, 'tty'>): boolean {
  return tty ?? (process.stdin.isTTY === true && process.stdout.isTTY === true);
}

async function execIn(
  { host }: Context,
  { id }: ContainerRecord,
  process: string,
  tty: boolean,
  detach: boolean,
): Promise<number> {
  const { dir: containerDir, runDir } = host.paths.container(id);
  const { streamFd } = await host.addon
    .exec({ shimPath: shimPath(), containerDir, runDir, process, detach })
    .catch((error: unknown) => {
      throw nativeFailure(`exec in container ${id.slice(0, 12)}`, error);
    });
  if (detach) return EXIT.done;
  const stream = openStream(streamFd);
  const code = await runSession(host.addon, stream, { stdin: true, tty, onSignal: (signal) => stream.signal(signal) });
  if (code !== null) return code;
  throw new BerthError('SYSTEM', `exec in container ${id.slice(0, 12)}: the stream ended before the command did`);
}

/** @throws BerthError NOT_FOUND where no replica, or not the one asked for, runs */
function findRunning({ host }: Context, stack: string, service: string, index: number | null): ContainerRecord {
  const containers = serviceContainers(host, stack, [service]);
  const asked = containers.filter(({ replica }) => index === null || replica === index);
  const running = asked
    .filter(({ id }) => readCheckedStatus(host, id)?.status === 'running')
    .sort((a, b) => a.replica - b.replica);
  if (running[0] !== undefined) return running[0];
  const which = index === null ? `service '${service}'` : `replica ${index} of service '${service}'`;
  throw new BerthError('NOT_FOUND', `exec in stack ${stack}: ${which} is not running`);
}

/** config.json was written by us; what it says was checked then. */
function readSpec({ host }: Context, { id }: ContainerRecord): RuntimeSpec {
  const spec: RuntimeSpec = JSON.parse(readFileSync(host.paths.container(id).config, 'utf8'));
  return spec;
}

/** Looked up in the running container's own files. */
function identityOf({ host }: Context, { id, applied }: ContainerRecord, user: string | undefined): Identity | null {
  if (user === undefined) return null;
  const pid = readShimStatus(host, id)?.pid;
  return lookUpIdentity({ dirs: [`/proc/${pid ?? 0}/root`], isOpaque: () => false }, user, applied.groupAdd);
}
