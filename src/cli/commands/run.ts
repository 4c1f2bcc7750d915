import { randomBytes } from 'node:crypto';
import { BerthError } from '../../errors.js';
import { findContainer } from '../../linux/index.js';
import type { ContainerRecord } from '../../linux/record.js';
import { openStream } from '../../linux/stream.js';
import type { Stack } from '../../stack/model.js';
import { splitWords } from '../../stack/shellwords.js';
import { type CommandMain, defineCommand, type Invocation } from '../command.js';
import { type Context, loadStack, openContext } from '../context.js';
import { environmentLines } from '../exec-process.js';
import { EXIT, processExitCodeOf } from '../exit.js';
import { type LockOption, lockTimeoutFlag } from '../flags.js';
import { listFlag } from '../globals.js';
import { imageInputsOf } from '../image-inputs.js';
import { planRemove } from '../lifecycle.js';
import { nativeFailure } from '../native-failure.js';
import { type OneOff, planOneOff } from '../one-off.js';
import { renderWarning } from '../report.js';
import { oneOffService } from '../run-options.js';
import { runPlan } from '../run-plan.js';
import { runSession } from '../session.js';
import { takeInterrupts } from '../signals.js';

interface RunOptions extends LockOption {
  readonly detach?: boolean;
  readonly rm?: boolean;
  readonly interactive?: boolean;
  readonly tty?: boolean;
  readonly env?: readonly string[];
  readonly volume?: readonly string[];
  readonly deps?: boolean;
  readonly entrypoint?: string;
  readonly name?: string;
  readonly user?: string;
  readonly workdir?: string;
}

/** `run SERVICE [COMMAND] [ARG...]` */
export const main: CommandMain = defineCommand<RunOptions>({
  name: 'run',
  usage: 'SERVICE [COMMAND] [ARG...]',
  passThrough: true,
  flags: [
    { flags: '-d, --detach', text: 'leave the container running in the background and print its name' },
    { flags: '--rm', text: 'remove the container when it has ended' },
    { flags: '-i, --interactive', text: 'pass stdin on (always so, without -d)' },
    { flags: '-t, --tty', text: 'give it a terminal (default: where stdin and stdout are one)' },
    { flags: '-T, --no-tty', text: 'give it none' },
    listFlag('-e, --env <name=value>', 'environment variable; a name alone passes yours on'),
    listFlag('-v, --volume <volume>', 'mount [SOURCE:]TARGET[:OPTIONS]'),
    { flags: '--no-deps', text: 'leave the services alone that SERVICE depends on' },
    { flags: '--entrypoint <command>', text: "in place of the image's" },
    { flags: '--name <name>', text: 'name of the container' },
    { flags: '-u, --user <user>', text: 'user[:group], names or numbers, of the container' },
    { flags: '-w, --workdir <dir>', text: 'directory to run it in' },
    lockTimeoutFlag,
  ],
  failureCode: processExitCodeOf,
  run: async (invocation) => {
    const { options, output } = invocation;
    const context = await openContext(invocation);
    const stack = await loadStack(context, invocation.args.slice(0, 1));
    const oneOff = makeOneOff(invocation, stack);
    const outcome = await create(context, stack, oneOff, options);
    if (outcome.code === EXIT.interrupted) return EXIT.interrupted;
    if (outcome.code !== EXIT.done)
      return outcome.failure === undefined ? EXIT.engine : processExitCodeOf(outcome.failure);
    if (options.detach === true) {
      output.out(`${oneOff.name}\n`);
      return EXIT.done;
    }
    const record = findContainer(context.host.containers(), oneOff.name);
    try {
      return await stay(context, record, options);
    } finally {
      if (options.rm === true) await remove(context, record);
    }
  },
});

function makeOneOff({ args, options, env }: Invocation<RunOptions>, stack: Stack): OneOff {
  const [serviceName, ...command] = args;
  if (serviceName === undefined) throw new BerthError('USAGE', 'expected a service');
  const service = stack.services[serviceName];
  if (service === undefined) throw new BerthError('INPUT', `there is no service '${serviceName}' in the stack file`);
  if (options.rm === true && options.detach === true) {
    throw new BerthError('USAGE', '--rm needs a run that stays, without -d', { hint: "see 'berth rm'" });
  }
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const request = {
    command,
    entrypoint: options.entrypoint === undefined ? null : entrypointWords(options.entrypoint),
    env: environmentLines(options.env ?? [], env),
    volumes: options.volume ?? [],
    user: options.user ?? null,
    workdir: options.workdir ?? null,
    tty: options.detach === true ? (options.tty ?? false) : (options.tty ?? isTerminal),
    stdin: options.detach !== true || options.interactive === true,
    cwd: process.cwd(),
  };
  const name = options.name ?? `${stack.name}-${serviceName}-run-${randomBytes(6).toString('hex')}`;
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name))
    throw new BerthError('USAGE', `--name: '${name}' is no container name`);
  return { name, service: oneOffService(service, stack, request), start: options.detach === true };
}

function entrypointWords(text: string): readonly string[] {
  const split = splitWords(text);
  if (split.ok) return split.words;
  throw new BerthError('USAGE', `--entrypoint: ${split.message}`);
}

async function create(context: Context, stack: Stack, oneOff: OneOff, options: RunOptions) {
  const interrupts = takeInterrupts();
  try {
    const outcome = await runPlan(context, {
      stackName: stack.name,
      stack,
      command: 'run',
      lockTimeoutMs: options.lockTimeout ?? 0,
      interrupts,
      plan: async (observed) => {
        const isTaken = observed.containers.some(({ name }) => name === oneOff.name);
        if (isTaken) throw new BerthError('INPUT', `there is a container '${oneOff.name}' already`);
        const imageInputs = await imageInputsOf(context.host, stack);
        return planOneOff(stack, observed, oneOff, { noDeps: options.deps === false, imageInputs });
      },
    });
    return { code: outcome.code, failure: outcome.report.failed[0]?.error };
  } finally {
    interrupts.dispose();
  }
}

/** Runs the container in the foreground. @returns its exit code */
async function stay(
  { host, output }: Context,
  { id, name, applied }: ContainerRecord,
  { tty }: RunOptions,
): Promise<number> {
  const { streamFd, warnings } = await host.startAttached(id).catch((error: unknown) => {
    throw nativeFailure(`start container ${name}`, error);
  });
  for (const warning of warnings) output.err(renderWarning(warning, output.errPaint));
  const { runDir } = host.paths.container(id);
  const onSignal = (signal: number): void => {
    // It may have ended just now; its exit code is on its way to us then.
    host.addon.control(runDir, { kind: 'kill', signal }).catch(() => {});
  };
  const code = await runSession(host.addon, openStream(streamFd), { stdin: true, tty: tty ?? applied.tty, onSignal });
  if (code !== null) return code;
  throw new BerthError('SYSTEM', `run container ${name}: the stream ended before the container did`);
}

async function remove(context: Context, { id, stack }: ContainerRecord): Promise<void> {
  await runPlan(
    { ...context, globals: { ...context.globals, progress: 'quiet' } },
    {
      stackName: stack,
      stack: null,
      command: 'run --rm',
      lockTimeoutMs: REMOVE_LOCK_MS,
      interrupts: { signal: new AbortController().signal, count: () => 0, dispose: () => {} },
      plan: ({ containers, serial }) =>
        planRemove(
          containers.filter((container) => container.id === id),
          true,
          true,
          { stack, serial, cause: 'run --rm' },
        ),
    },
  );
}

/** Whoever has the stack just now is waited for: nobody else would remove the container. */
const REMOVE_LOCK_MS = 60_000;
