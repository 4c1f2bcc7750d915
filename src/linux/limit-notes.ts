import type { Addon } from '../addon/addon.js';
import type { Stack } from '../stack/model.js';

/**
 * What of a stack's limits has no meaning on this host. As with Docker that is a warning and no error: cgroup v2 dropped
 * these two settings, and files that have them are all about.
 */
export function limitNotes(addon: Addon, stack: Stack): readonly string[] {
  const notes = Object.values(stack.services).flatMap(({ name, resources }) => {
    const keys = [
      ...(resources.memorySwappiness === null ? [] : ['mem_swappiness']),
      ...(resources.oomKillDisable ? ['oom_kill_disable'] : []),
    ];
    return keys.map((key) => `service ${name}: ${key} has no effect: cgroup v2 has nothing of the kind`);
  });
  return notes.length > 0 && isV2(addon) ? notes : [];
}

function isV2(addon: Addon): boolean {
  return addon.cgroupHost().controllers.some(({ name, version }) => name === 'memory' && version === 2);
}
