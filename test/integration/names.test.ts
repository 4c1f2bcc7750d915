import { mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadAddon } from '../../src/addon/native.js';
import { lockStack } from '../../src/linux/lock.js';
import { claimName, releaseName, releaseNamesOf } from '../../src/linux/names.js';
import { createPaths, type Paths } from '../../src/linux/paths.js';

const mine = { name: 'web', stack: 'berthtestmine', id: 'a'.repeat(64) };
const others = { name: 'web', stack: 'berthtestother', id: 'b'.repeat(64) };
const addon = loadAddon();

describe('the name of a container', () => {
  let dir: string;
  let paths: Paths;
  const claim = (owned: typeof mine) => claimName({ paths, addon }, owned);
  const link = () => readlinkSync(paths.name('web'));

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'berthtest-names-'));
    paths = createPaths(join(dir, 'root'), join(dir, 'run'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('goes from an old container of a stack to its successor, whose it is then', async () => {
    await claim(mine);
    const successor = { ...mine, id: 'c'.repeat(64) };
    await claim(successor);
    releaseName(paths, mine);
    expect(link()).toBe(`${successor.stack}/${successor.id}`);
    releaseName(paths, successor);
    releaseName(paths, successor);
    expect(readdirSync(paths.names)).toEqual([]);
  });

  it("is another stack's while its command is between claim and record", async () => {
    const lock = await lockStack(addon, paths.stack(others.stack), others.stack, { command: 'up', timeoutMs: 0 });
    try {
      await claim(others);
      await expect(claim(mine)).rejects.toMatchObject({
        code: 'INPUT',
        message: 'name container web: the name is in use by stack berthtestother',
      });
      expect(link()).toBe(`${others.stack}/${others.id}`);
    } finally {
      lock.release();
    }
  });

  it('is free once the command that claimed it was killed before it wrote a record', async () => {
    await claim(others);
    await claim(mine);
    expect(link()).toBe(`${mine.stack}/${mine.id}`);
    expect(readdirSync(paths.stacks)).toEqual([]);
  });

  it('is given back with the stack that claimed it, and no other', async () => {
    await claim(mine);
    releaseNamesOf(paths, others.stack);
    expect(readdirSync(paths.names)).toEqual(['web']);
    releaseNamesOf(paths, mine.stack);
    expect(readdirSync(paths.names)).toEqual([]);
  });

  it.each(['/etc/passwd', 'nonsense'])('is free where what stands there is not ours: %s', async (target) => {
    await claim(mine);
    rmSync(paths.name('web'));
    symlinkSync(target, paths.name('web'));
    await claim(mine);
    expect(link()).toBe(`${mine.stack}/${mine.id}`);
  });

  it.each(['x'.repeat(256), '../up', ''])(
    'has to be one that can stand in the state directory, not %j',
    async (name) => {
      await expect(claim({ ...mine, name })).rejects.toMatchObject({ code: 'INPUT' });
    },
  );
});
