import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BerthError } from '../../errors.js';
import type { ObservedContainer } from '../../plan/observed.js';
import { type CommandMain, defineCommand } from '../command.js';
import { openContext } from '../context.js';
import { EXIT } from '../exit.js';
import { type LockOption, lockTimeoutFlag } from '../flags.js';
import { defineGroup } from '../group.js';
import { isLive, planStart } from '../lifecycle.js';
import { renderError } from '../report.js';
import { runPlan } from '../run-plan.js';
import { takeInterrupts } from '../signals.js';
import { UNIT_PATH, unitText, WANTS_PATH } from '../systemd-unit.js';

/** `boot`: all stacks, one after another; one that fails does not keep the others from starting. */
const start = defineCommand<LockOption>({
  name: 'boot',
  usage: '',
  flags: [lockTimeoutFlag],
  notes: "'berth boot enable' writes a systemd unit that runs this after each reboot, 'berth boot disable' removes it.",
  run: async (invocation) => {
    const context = await openContext(invocation);
    const stacks = [...new Set(context.host.containers().records.map(({ stack }) => stack))].sort();
    const interrupts = takeInterrupts();
    let code: number = EXIT.done;
    for (const name of stacks) {
      if (interrupts.signal.aborted) return EXIT.interrupted;
      try {
        const outcome = await runPlan(context, {
          stackName: name,
          stack: null,
          command: 'boot',
          lockTimeoutMs: invocation.options.lockTimeout ?? 0,
          interrupts,
          plan: ({ containers, serial }) => {
            const asked = containers.filter(shouldRun);
            return planStart(asked, withoutStopped(containers, asked), {
              stack: name,
              serial,
              cause: 'restart policy',
            });
          },
        });
        code = Math.max(code, outcome.code);
      } catch (error) {
        context.output.err(renderError(error, context.output.errPaint));
        code = EXIT.failed;
      }
    }
    return code;
  },
});

/** As Docker after its own restart: `always` and `unless-stopped`; what was stopped on request stays so, unless `always`. */
export function shouldRun(container: ObservedContainer): boolean {
  const { policy } = container.applied.restart;
  if (container.oneOff || isLive(container) || container.status === 'creating' || container.status === 'dead')
    return false;
  return policy === 'always' || (policy === 'unless-stopped' && !container.manuallyStopped);
}

/** What stays stopped is waited for by nobody: its condition held when `up` ran, and nothing will change it now. */
function withoutStopped(
  containers: readonly ObservedContainer[],
  asked: readonly ObservedContainer[],
): readonly ObservedContainer[] {
  return containers.filter((container) => asked.includes(container) || isLive(container));
}

const enable = defineCommand({
  name: 'boot enable',
  summary: 'write a systemd unit that starts containers after a reboot',
  usage: '',
  flags: [],
  run: async (invocation) => {
    await openContext(invocation);
    if (!existsSync(dirname(UNIT_PATH))) {
      throw new BerthError('UNSUPPORTED', `boot enable: there is no ${dirname(UNIT_PATH)} on this host`, {
        hint: "run 'berth boot' from what starts services here",
      });
    }
    const { root, run } = invocation.globals;
    const command = [process.execPath, join(BERTH_DIST, 'berth.cjs')];
    writeFileSync(UNIT_PATH, unitText({ command, root, run }), { mode: 0o644 });
    mkdirSync(dirname(WANTS_PATH), { recursive: true });
    rmSync(WANTS_PATH, { force: true });
    symlinkSync(UNIT_PATH, WANTS_PATH);
    invocation.output.out(`${UNIT_PATH}\n`);
    return EXIT.done;
  },
});

const disable = defineCommand({
  name: 'boot disable',
  summary: 'remove that unit',
  usage: '',
  flags: [],
  run: async (invocation) => {
    await openContext(invocation);
    rmSync(WANTS_PATH, { force: true });
    rmSync(UNIT_PATH, { force: true });
    return EXIT.done;
  },
});

/** `boot [enable|disable]` */
export const main: CommandMain = defineGroup(
  'boot',
  {
    enable: { summary: 'write a systemd unit that starts containers after a reboot', main: enable },
    disable: { summary: 'remove that unit', main: disable },
  },
  start,
);
