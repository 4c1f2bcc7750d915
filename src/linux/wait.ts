import { setTimeout as sleep } from 'node:timers/promises';
import { BerthError } from '../errors.js';
import { parseStatus, type ShimStatus } from '../oci/status.js';
import type { ActionArgs } from '../plan/plan.js';
import type { ContainerRecord } from './record.js';
import { askShim } from './shim-request.js';
import { readStatus } from './status.js';
import { openStream } from './stream.js';
import type { HostTools } from './tools.js';

/** A shim that is just coming or going does not answer; it has done so by then. */
const RETRY_MS = 5;

type Condition = ActionArgs['waitForCondition']['condition'];
type Verdict = 'met' | 'waiting' | { readonly never: string };

/**
 * Waits until a dependency's condition holds. The shim tells of each change; nothing is polled.
 * @throws BerthError STEP as soon as it can't hold any more
 */
export async function waitForCondition(
  tools: HostTools,
  record: ContainerRecord,
  condition: Condition,
  signal: AbortSignal,
): Promise<void> {
  const paths = tools.paths.container(record.id);
  for (;;) {
    const isLive = tools.addon.shimAlive(paths.runDir);
    const status = readStatus(paths);
    if (isMet(judgeCondition(status, isLive, condition), record)) return;
    const request = { kind: 'attach', stdin: false, output: false, states: true } as const;
    const reply = await askShim(tools, paths.runDir, request);
    if (reply === null) {
      if (signal.aborted) throw interrupted(record);
      await sleep(RETRY_MS);
      continue;
    }
    if (await watch(reply.streamFd, reply.status, record, condition, signal)) return;
  }
}

/** @returns true when the condition holds; false when the shim left first: its last words are in the status file */
async function watch(
  fd: number,
  first: string,
  record: ContainerRecord,
  condition: Condition,
  signal: AbortSignal,
): Promise<boolean> {
  const stream = openStream(fd);
  const stop = (): void => stream.close();
  signal.addEventListener('abort', stop);
  try {
    if (isMet(judgeCondition(parseStatus(first), true, condition), record)) return true;
    if (!signal.aborted) {
      for await (const frame of stream.frames()) {
        if (frame.kind !== 'status') continue;
        if (isMet(judgeCondition(parseStatus(frame.text), true, condition), record)) return true;
      }
    }
    if (signal.aborted) throw interrupted(record);
    return false;
  } finally {
    signal.removeEventListener('abort', stop);
    stream.close();
  }
}

function interrupted({ name }: ContainerRecord): BerthError {
  return new BerthError('STEP', `wait for container ${name}: interrupted`);
}

function isMet(verdict: Verdict, { name }: ContainerRecord): boolean {
  if (typeof verdict === 'string') return verdict === 'met';
  throw new BerthError('STEP', `wait for container ${name}: ${verdict.never}`, { hint: "see 'berth logs'" });
}

/** @param isLive its shim is there: what the status says can still change */
export function judgeCondition(status: ShimStatus | null, isLive: boolean, condition: Condition): Verdict {
  if (status === null) return isLive ? 'waiting' : { never: 'it is not started' };
  const isOver = status.status === 'exited' || !isLive;
  if (isOver && status.status !== 'exited') return { never: 'its shim is gone' };
  switch (condition) {
    case 'service_started':
      return isOver || status.status === 'running' || status.status === 'paused' ? 'met' : 'waiting';
    case 'service_healthy':
      if (isOver) return { never: `it has exited (${status.exitCode ?? 0})` };
      if (status.health === 'none') return { never: 'it has no health check' };
      if (status.health === 'unhealthy') return { never: 'it is unhealthy' };
      return status.health === 'healthy' ? 'met' : 'waiting';
    case 'service_completed_successfully':
      if (!isOver) return 'waiting';
      return status.exitCode === 0 ? 'met' : { never: `it has exited with code ${status.exitCode ?? 0}` };
  }
}
