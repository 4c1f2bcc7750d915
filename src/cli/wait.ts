import { setTimeout as sleep } from 'node:timers/promises';
import { BerthError } from '../errors.js';
import type { Stack } from '../stack/model.js';
import type { Context } from './context.js';
import { readCheckedStatus, serviceContainers } from './live.js';

const POLL_MS = 25;

/** What is known of a container that `up --wait` waits for. */
export interface WaitedContainer {
  readonly name: string;
  /** null: it was never started */
  readonly status: 'created' | 'running' | 'paused' | 'restarting' | 'exited' | null;
  readonly health: 'none' | 'starting' | 'healthy' | 'unhealthy';
  readonly exitCode: number | null;
  /** some service waits for its completion: ending well is what it is for */
  readonly isOneShot: boolean;
}

export type Readiness = { readonly kind: 'ready' | 'waiting' } | { readonly kind: 'failed'; readonly reason: string };

/** Running, and healthy where it has a check; one-shots have to have ended with 0. */
export function readinessOf({ status, health, exitCode, isOneShot }: WaitedContainer): Readiness {
  if (status === 'exited') {
    return isOneShot && exitCode === 0 ? { kind: 'ready' } : { kind: 'failed', reason: `exited (${exitCode ?? 0})` };
  }
  if (status !== 'running') return { kind: 'waiting' };
  if (health === 'unhealthy') return { kind: 'failed', reason: 'is unhealthy' };
  return { kind: health === 'starting' ? 'waiting' : 'ready' };
}

/** Names of services that others wait for with `service_completed_successfully`. */
export function oneShotServices(stack: Stack): ReadonlySet<string> {
  const dependencies = Object.values(stack.services).flatMap(({ dependsOn }) => Object.entries(dependsOn));
  return new Set(
    dependencies.flatMap(([name, { condition }]) => (condition === 'service_completed_successfully' ? [name] : [])),
  );
}

/**
 * Waits, without the stack's lock, until the services' containers run and are healthy.
 * @param timeoutMs null: without end
 * @returns false when the signal was aborted first
 * @throws BerthError STEP naming the container that can't become ready, or all that are not when time is up
 */
export async function waitUntilReady(
  context: Context,
  stack: Stack,
  services: readonly string[],
  timeoutMs: number | null,
  signal: AbortSignal,
): Promise<boolean> {
  const deadline = timeoutMs === null ? Number.POSITIVE_INFINITY : performance.now() + timeoutMs;
  const oneShots = oneShotServices(stack);
  for (;;) {
    const waiting = observeWaited(context, stack, services, oneShots).filter((container) => {
      const readiness = readinessOf(container);
      if (readiness.kind === 'failed') {
        const hint = `see 'berth logs'`;
        throw new BerthError('STEP', `wait for container ${container.name}: it ${readiness.reason}`, { hint });
      }
      return readiness.kind === 'waiting';
    });
    if (waiting.length === 0) return true;
    if (signal.aborted) return false;
    if (performance.now() >= deadline) {
      throw new BerthError('STEP', `wait for ${waiting.map(({ name }) => name).join(', ')}: not ready in time`);
    }
    await sleep(POLL_MS);
  }
}

function observeWaited(
  { host }: Context,
  stack: Stack,
  services: readonly string[],
  oneShots: ReadonlySet<string>,
): readonly WaitedContainer[] {
  return serviceContainers(host, stack.name, services)
    .filter(({ service }) => service in stack.services)
    .map(({ id, name, service }) => {
      const status = readCheckedStatus(host, id);
      return {
        name,
        status: status?.status ?? null,
        health: status?.health ?? 'none',
        exitCode: status?.exitCode ?? null,
        isOneShot: oneShots.has(service),
      };
    });
}
