import { describe, expect, it } from 'vitest';
import { createGate } from '../../../src/cli/gate.js';

function gated() {
  let open: () => void = () => {};
  const passed: string[] = [];
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { gate: createGate(opened, (line) => void passed.push(line.toString())), passed, open };
}

describe('a gate before the terminal', () => {
  it('keeps what comes too early, and passes it on in order', async () => {
    const { gate, passed, open } = gated();
    gate.write(Buffer.from('one'));
    gate.write(Buffer.from('two'));
    await gate.room();
    expect(passed).toEqual([]);
    open();
    await expect.poll(() => passed).toEqual(['one', 'two']);
    gate.write(Buffer.from('three'));
    expect(passed).toEqual(['one', 'two', 'three']);
  });

  it('has no room for more than it can keep, until it opens', async () => {
    const { gate, passed, open } = gated();
    for (let count = 0; count < 17; count++) gate.write(Buffer.alloc(1 << 20));
    let hasRoom = false;
    const room = gate.room().then(() => {
      hasRoom = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(hasRoom).toBe(false);
    open();
    await room;
    expect(passed).toHaveLength(17);
    await gate.room();
  });
});
