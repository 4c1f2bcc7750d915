import { planDestroy } from '../../plan/destroy.js';
import { type CommandMain, defineCommand } from '../command.js';
import { loadStackIfAny, openContext, stackName } from '../context.js';
import { type LockOption, lockTimeoutFlag, type TimeoutOption, timeoutFlag } from '../flags.js';
import { runPlan } from '../run-plan.js';
import { takeInterrupts } from '../signals.js';

interface DownOptions extends LockOption, TimeoutOption {
  readonly volumes?: boolean;
  readonly rmi?: 'local' | 'all';
  readonly removeOrphans?: boolean;
}

/** `down [SERVICE...]` */
export const main: CommandMain = defineCommand<DownOptions>({
  name: 'down',
  usage: '[SERVICE...]',
  flags: [
    { flags: '-v, --volumes', text: 'remove the named volumes of the stack, too' },
    { flags: '--rmi <which>', text: 'remove images: those built here, or all', choices: ['local', 'all'] },
    { flags: '--remove-orphans', text: 'remove containers of services that the file does not have' },
    timeoutFlag,
    lockTimeoutFlag,
  ],
  run: async (invocation) => {
    const { options, args } = invocation;
    const context = await openContext(invocation);
    const stack = await loadStackIfAny(context);
    const name = stack?.name ?? (await stackName(context));
    const interrupts = takeInterrupts();
    const outcome = await runPlan(context, {
      stackName: name,
      stack: null,
      // Images are looked up only where some are to be removed.
      names: stack === null || options.rmi !== undefined ? stack : { ...stack, services: {}, images: {} },
      command: 'down',
      lockTimeoutMs: options.lockTimeout ?? 0,
      interrupts,
      plan: (observed) =>
        planDestroy(observed, {
          services: args,
          known: stack === null ? null : [...Object.keys(stack.services), ...stack.disabled],
          removeOrphans: options.removeOrphans ?? false,
          removeVolumes: options.volumes ?? false,
          removeImages: options.rmi ?? 'none',
          timeoutMs: options.timeout ?? null,
        }),
    });
    return outcome.code;
  },
});
