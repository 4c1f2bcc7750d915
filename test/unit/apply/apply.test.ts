import { describe, expect, test } from 'vitest';
import { type ApplyOptions, apply } from '../../../src/apply/apply.js';
import type { ApplyEvent, Engine, StepContext } from '../../../src/apply/engine.js';
import { BerthError } from '../../../src/errors.js';
import type { Plan, Step } from '../../../src/plan/plan.js';

/** Steps that build images called by their ids: an action with the least to it. */
function step(id: number, after: readonly number[] = [], afterSettled: readonly number[] = []): Step {
  const base = { id, on: `image:${id}` as const, action: { kind: 'buildImage', image: String(id) } as const };
  return { ...base, cause: 'not found', changes: [], after, ...(afterSettled.length > 0 ? { afterSettled } : {}) };
}

function planOf(...steps: readonly Step[]): Plan {
  return { format: 1, stack: 'shop', serial: 1, steps, notes: [] };
}

type Work = (id: number, context: StepContext) => Promise<void>;

async function unexpected(): Promise<void> {
  throw new Error('not in this plan');
}

function engineOf(work: Work): Engine {
  return {
    buildImage: ({ image }, context) => work(Number(image), context),
    createVolume: unexpected,
    removeVolume: unexpected,
    createContainer: unexpected,
    startContainer: unexpected,
    stopContainer: unexpected,
    removeContainer: unexpected,
    updateContainer: unexpected,
    pauseContainer: unexpected,
    unpauseContainer: unexpected,
    waitForCondition: unexpected,
    removeImage: unexpected,
  };
}

async function run(plan: Plan, work: Work, options: Partial<ApplyOptions> = {}) {
  const events: string[] = [];
  const sink = (event: ApplyEvent) => void events.push(`${event.kind} ${event.step.id}`);
  const report = await apply(plan, engineOf(work), { signal: new AbortController().signal, sink, ...options });
  return { report, events };
}

const pause = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('apply', () => {
  test('runs as wide as dependencies allow, and no step before what it needs', async () => {
    let running = 0;
    const widths: number[] = [];
    const { report, events } = await run(planOf(step(1), step(2), step(3), step(4, [1, 2, 3])), async () => {
      widths.push(++running);
      await pause();
      running--;
    });
    expect(widths).toEqual([1, 2, 3, 1]);
    expect(report).toEqual({ done: [1, 2, 3, 4], failed: [], skipped: [], interrupted: false, warnings: [] });
    expect(events.indexOf('started 4')).toBeGreaterThan(events.indexOf('done 3'));
  });

  test('tells once what several steps go on without', async () => {
    const { report } = await run(planOf(step(1), step(2), step(3, [1, 2])), async (id, { warn }) => {
      warn('no such limit');
      if (id === 3) warn('nor this one');
    });
    expect(report.warnings).toEqual(['no such limit', 'nor this one']);
  });

  test('runs no more at once than asked', async () => {
    let running = 0;
    let most = 0;
    await run(
      planOf(step(1), step(2), step(3), step(4)),
      async () => {
        most = Math.max(most, ++running);
        await pause();
        running--;
      },
      { parallel: 2 },
    );
    expect(most).toBe(2);
  });

  test('a failure skips what needs it, whole branches, and nothing else', async () => {
    const { report, events } = await run(
      planOf(step(1), step(2, [1]), step(3, [2]), step(4), step(5, [4], [1])),
      async (id) => {
        if (id === 1) throw new BerthError('NOT_FOUND', 'file x is missing', { hint: 'make it' });
      },
    );
    expect(report.done).toEqual([4, 5]);
    expect(report.skipped).toEqual([2, 3]);
    expect(events).toContain('skipped 3');
    const [failure] = report.failed;
    expect(failure?.error.message).toBe('build image:1: file x is missing');
    expect(failure?.error).toMatchObject({ code: 'STEP', details: { hint: 'make it', step: 'buildImage' } });
  });

  test('a refused system call keeps its name', async () => {
    const refused = Object.assign(new Error('mount: busy'), { code: 'EBUSY', syscall: 'mount', path: '/x' });
    const { report } = await run(planOf(step(1)), () => Promise.reject(refused));
    expect(report.failed[0]?.error).toMatchObject({ details: { errnoName: 'EBUSY', syscall: 'mount', path: '/x' } });
  });

  test('once aborted nothing starts, and what runs may finish', async () => {
    const abort = new AbortController();
    const { report, events } = await run(
      planOf(step(1), step(2, [1])),
      async (_, { signal, progress }) => {
        abort.abort();
        progress(signal.aborted ? 'saw it' : 'missed it');
      },
      { signal: abort.signal },
    );
    expect(report).toEqual({ done: [1], failed: [], skipped: [2], interrupted: true, warnings: [] });
    expect(events).toEqual(['started 1', 'progress 1', 'done 1']);
  });

  test('a plan that can never run is our bug, and says so', async () => {
    await expect(run(planOf(step(1, [2]), step(2, [1])), pause)).rejects.toThrow(
      "internal: steps that can't start: 1, 2",
    );
  });
});
