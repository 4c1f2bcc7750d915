import { describe, expect, it } from 'vitest';
import { exitCodeFrom } from '../../../src/cli/attached.js';
import { checkSerial } from '../../../src/cli/commands/apply.js';
import { processExitCodeOf } from '../../../src/cli/exit.js';
import { nativeFailure } from '../../../src/cli/native-failure.js';
import { acceptPlan } from '../../../src/cli/run-plan.js';
import type { Plan } from '../../../src/plan/plan.js';

const plan: Plan = { format: 1, stack: 'shop', serial: 4, steps: [], notes: [] };

describe('how commands end', () => {
  it('up takes the code of the first container of a service that has ended', () => {
    const exits = [
      { service: 'db', exitCode: 137 },
      { service: 'job', exitCode: 7 },
      { service: 'job', exitCode: 0 },
    ];
    expect([exitCodeFrom(exits, 'job'), exitCodeFrom(exits, null), exitCodeFrom(exits, 'web')]).toEqual([7, 0, 0]);
  });

  it.each([
    ['exec', 'ENOENT', 127],
    ['exec', 'EACCES', 126],
    ['mount overlay', 'ENOENT', 125],
  ])('run and exec tell a failure at step %s, %s, by code %i', (step, code, expected) => {
    const native = Object.assign(new Error('execve: refused'), { code, errno: 2, syscall: 'execve', path: '', step });
    const failure = nativeFailure('start container web', native);
    expect(processExitCodeOf(failure)).toBe(expected);
    expect(failure).toMatchObject({ message: 'start container web: execve: refused', details: { errnoName: code } });
  });

  it('apply takes a plan only for the state that it was made for', () => {
    expect(checkSerial(plan, 'saved', 4)).toBe(plan);
    expect(() => checkSerial(plan, 'saved', 5)).toThrow(
      'apply saved: it was made for serial 4 of stack shop, which is at 5 now',
    );
  });

  it('every reason against a plan is told, of the planner and of the host', async () => {
    const refused = [
      { on: 'service:a:1', reason: 'a is wrong', hint: null },
      { on: 'service:b:1', reason: 'b is wrong', hint: 'put it right' },
    ];
    const told = 'a is wrong\nb is wrong\n  hint: put it right';
    const able = { preflight: () => Promise.resolve([]) };
    const unable = { preflight: () => Promise.resolve(refused) };
    const action = { kind: 'removeImage', image: 'app' } as const;
    const changing: Plan = {
      ...plan,
      steps: [{ id: 1, on: 'image:app', action, cause: '', changes: [], after: [] }],
    };
    await expect(acceptPlan(able, { refused })).rejects.toThrow(told);
    await expect(acceptPlan(unable, changing)).rejects.toThrow(told);
    expect(await acceptPlan(able, changing)).toBe(changing);
    expect(await acceptPlan(unable, { ...plan, steps: [] })).toEqual({ ...plan, steps: [] });
  });
});
