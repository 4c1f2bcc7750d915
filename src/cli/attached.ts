import { setTimeout as sleep } from 'node:timers/promises';
import type { ApplyEvent } from '../apply/engine.js';
import { BerthError } from '../errors.js';
import type { EngineOptions } from '../linux/host.js';
import { findContainer } from '../linux/index.js';
import { lockHolder } from '../linux/lock.js';
import type { ObservedState } from '../plan/observed.js';
import type { Plan } from '../plan/plan.js';
import type { Context } from './context.js';
import { EXIT } from './exit.js';
import { createFollower, type Follower } from './follow.js';
import { isLive, planStop } from './lifecycle.js';
import { hasShim, readShimStatus, serviceContainers } from './live.js';
import { createPrefixes } from './prefix.js';
import { type PlanRun, runPlan } from './run-plan.js';
import type { Interrupts } from './signals.js';

/** What `up` without `-d` is asked beside its plan. */
export interface AttachOptions {
  /** services whose output is shown, and that are stopped at the end; empty: all */
  readonly services: readonly string[];
  /** stops everything as soon as one container has ended */
  readonly abortOnExit: boolean;
  /** service whose container's exit code is the command's; null: none */
  readonly exitCodeFrom: string | null;
  readonly timeoutMs: number | null;
}

/**
 * Brings a stack up and stays with it: output from each container's first instruction, until all have ended or Ctrl-C
 * stops them. A second Ctrl-C kills. The lock is held while planning, applying and stopping only.
 */
export async function runAttached(
  context: Context,
  run: Omit<PlanRun, 'interrupts' | 'onEvent'>,
  takeInterrupts: (onInterrupt: (count: number) => void) => Interrupts,
  options: AttachOptions,
): Promise<number> {
  const session = createSession(context, run.stackName, options);
  const interrupts = takeInterrupts((count) => session.interrupted(count));
  try {
    const { onEvent, attach } = session;
    const outcome = await runPlan(context, { ...withPlanSeen(run, session), interrupts, onEvent, attach });
    session.show();
    if (outcome.code === EXIT.failed) {
      session.follower.stop();
      return outcome.code;
    }
    if (outcome.code === EXIT.done) {
      session.followRunning(Date.now());
      await Promise.race([session.stay(), session.stopWanted]);
    }
    const isStopping = interrupts.count() > 0 || (options.abortOnExit && session.exits.length > 0);
    if (isStopping) await stopAll(context, run, options);
    await session.follower.ended();
    if (interrupts.count() > 0) return EXIT.interrupted;
    return exitCodeFrom(session.exits, options.exitCodeFrom);
  } finally {
    interrupts.dispose();
  }
}

/** A container that ended while we were attached. */
export interface ContainerExit {
  readonly service: string;
  readonly exitCode: number;
}

/** The code of the first container of a service that ended by itself; without a service 0. */
export function exitCodeFrom(exits: readonly ContainerExit[], service: string | null): number {
  if (service === null) return EXIT.done;
  return exits.find((exit) => exit.service === service)?.exitCode ?? EXIT.done;
}

interface Session {
  readonly follower: Follower;
  readonly exits: readonly ContainerExit[];
  /** resolves when an interrupt, or an exit that ends everything, asks for the containers to be stopped */
  readonly stopWanted: Promise<void>;
  readonly onEvent: (event: ApplyEvent) => void;
  readonly planned: (plan: Plan, observed: ObservedState) => void;
  readonly interrupted: (count: number) => void;
  /** lets output through */
  readonly show: () => void;
  /** @param sinceMs null: for containers that another command has started, from that start on */
  readonly followRunning: (sinceMs: number | null) => void;
  /** resolves when all have ended; what another command starts or scales up meanwhile is followed as well */
  readonly stay: () => Promise<void>;
  readonly attach: NonNullable<EngineOptions['attach']>;
}

const LOOK_MS = 500;

function createSession(context: Context, stackName: string, options: AttachOptions): Session {
  const { host, globals, output } = context;
  const exits: ContainerExit[] = [];
  const names = new Set<string>();
  const startedMs = new Map<number, number>();
  const [stopWanted, wantStop] = latch();
  const [shown, show] = latch();
  const isDrawn = globals.progress === 'tty' || (globals.progress === 'auto' && output.errIsTty && output.outIsTty);
  if (!isDrawn) show();
  const prefixes = () => createPrefixes(stackName, [...names], output.paint);
  const follower = createFollower(context, prefixes, shown, ({ service }, exitCode) => {
    exits.push({ service, exitCode });
    if (options.abortOnExit) wantStop();
  });
  const isChosen = ({ service }: { readonly service: string }): boolean =>
    options.services.length === 0 || options.services.includes(service);
  const followRunning = (sinceMs: number | null): void => {
    for (const record of serviceContainers(host, stackName, options.services)) {
      if (!hasShim(host, record.id)) continue;
      names.add(record.name);
      follower.follow(record, sinceMs ?? (Date.parse(readShimStatus(host, record.id)?.startedAt ?? '') || Date.now()));
    }
  };
  return {
    follower,
    exits,
    stopWanted,
    show,
    planned: (plan, observed) => {
      for (const one of observed.containers) if (!one.oneOff && isChosen(one)) names.add(one.name);
      for (const { action } of plan.steps) {
        if (action.kind === 'startContainer' && isChosen(action.container)) names.add(action.container.name);
      }
    },
    onEvent: ({ kind, step }) => {
      const { action } = step;
      if (action.kind !== 'startContainer' || !isChosen(action.container)) return;
      if (kind === 'started') startedMs.set(step.id, Date.now());
      if (kind !== 'done') return;
      const record = findContainer(host.containers(), action.container.id ?? action.container.name);
      follower.follow(record, startedMs.get(step.id) ?? 0);
    },
    interrupted: (count) => {
      wantStop();
      if (count === 1) output.err('Stopping; press Ctrl-C again to kill\n');
      else killAll(context, stackName, options.services);
    },
    followRunning,
    stay: async () => {
      for (;;) {
        await Promise.race([follower.ended(), sleep(LOOK_MS)]);
        // Asked before looking: a command that has the stack may be between stopping a container and starting its successor.
        const isBusy = lockHolder(host.paths.stack(stackName)) !== null;
        followRunning(null);
        if (!follower.isIdle()) continue;
        if (!isBusy) return follower.ended();
        await sleep(LOOK_MS);
      }
    },
    attach: (record) => {
      if (!isChosen(record) || record.applied.logging.driver !== 'none') return null;
      return (streamFd) => follower.followStream(record, streamFd);
    },
  };
}

/** The session learns the plan before its first step, so that prefixes are as wide as the longest name. */
function withPlanSeen<T extends Pick<PlanRun, 'plan'>>(run: T, session: Session): T {
  return {
    ...run,
    plan: async (observed: ObservedState) => {
      const planned = await run.plan(observed);
      if ('steps' in planned) session.planned(planned, observed);
      return planned;
    },
  };
}

/** Whoever has the stack just now is waited for: we are asked to end. */
const STOP_LOCK_MS = 60_000;

async function stopAll(
  context: Context,
  { stackName, command }: Pick<PlanRun, 'stackName' | 'command'>,
  { services, timeoutMs }: AttachOptions,
): Promise<void> {
  const isChosen = (service: string): boolean => services.length === 0 || services.includes(service);
  const never: Interrupts = { signal: new AbortController().signal, count: () => 0, dispose: () => {} };
  const outcome = await runPlan(context, {
    stackName,
    stack: null,
    command,
    lockTimeoutMs: STOP_LOCK_MS,
    interrupts: never,
    plan: ({ containers, stack, serial }) => {
      const live = containers.filter((one) => !one.oneOff && isLive(one) && isChosen(one.service));
      return planStop(live, timeoutMs, { stack, serial, cause: 'no longer attached' });
    },
  });
  if (outcome.code === EXIT.failed) throw new BerthError('STEP', `stop stack ${stackName}: not all containers stopped`);
}

/** For an impatient user: what is left is killed while the graceful stop still waits, which then finds it ended. */
function killAll({ host }: Context, stackName: string, services: readonly string[]): void {
  for (const { id } of serviceContainers(host, stackName, services)) {
    if (!hasShim(host, id)) continue;
    // Gone meanwhile is what was wanted; anything else the graceful stop reports.
    host.addon.control(host.paths.container(id).runDir, { kind: 'kill', signal: 9 }).catch(() => {});
  }
}

function latch(): [Promise<void>, () => void] {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return [opened, open];
}
