import type { Host } from '../linux/host.js';
import type { Stack } from '../stack/model.js';

/** Digests of what the entries of `images:` would be built from now; a stack without such entries loads nothing for it. */
export async function imageInputsOf(host: Host, stack: Stack): Promise<Readonly<Record<string, string>>> {
  if (Object.keys(stack.images).length === 0) return {};
  const { imageInputs } = await import('../build/inputs.js');
  return imageInputs(host, stack);
}
