import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { type Bench, withBench } from '../support/cli.js';

/** Long enough for a machine that does other things, too. */
const PATIENCE = { timeout: 60_000, interval: 300 };

interface Inspected {
  readonly service: string;
  readonly status: {
    readonly status: string;
    readonly pid: number | null;
    readonly exitCode: number | null;
    readonly oomKilled: boolean;
  };
  readonly namespaces: Readonly<Record<string, number>> | null;
  readonly cgroup: { readonly usage: { readonly memoryLimit: number | null; readonly pidsLimit: number | null } };
}

/** An example in a stack of the test's name. All share one store, in which the Debian base is built once. */
function useExample(bench: Bench, name: string) {
  const file = join(bench.dir, name, 'compose.yaml');
  cpSync(join('examples', name), join(bench.dir, name), { recursive: true });
  const berth = (...args: string[]): Promise<string> => bench.ok('-f', file, ...args);
  return {
    berth,
    edit: (from: string, to: string): void => {
      const text = readFileSync(file, 'utf8');
      expect(text).toContain(from);
      writeFileSync(file, text.replace(from, to));
    },
    inspect: async (service: string): Promise<Inspected> => {
      const [found]: Inspected[] = JSON.parse(await berth('inspect', service));
      if (found === undefined) throw new Error(`no container of ${service}`);
      return found;
    },
  };
}

async function cacheExample(bench: Bench): Promise<void> {
  const { berth, edit, inspect } = useExample(bench, 'cache');
  await berth('up', '-d', '--wait');
  const said = /redis says [1-9]\d*, shared memory says [1-9]/;
  await vi.waitFor(async () => expect(await berth('logs', '-n', '1', 'reader')).toMatch(said), PATIENCE);

  const [server, writer, reader] = [await inspect('server'), await inspect('writer'), await inspect('reader')];
  for (const client of [writer, reader]) {
    expect(client.namespaces).toMatchObject({ net: server.namespaces?.['net'], ipc: server.namespaces?.['ipc'] });
    expect(client.namespaces?.['pid']).not.toBe(server.namespaces?.['pid']);
    expect(client.cgroup.usage).toMatchObject({ memoryLimit: 32 << 20, pidsLimit: 16 });
  }
  expect(server.cgroup.usage).toMatchObject({ memoryLimit: 128 << 20, pidsLimit: 32 });
  expect(await berth('exec', '-T', 'server', 'stat', '-c', '%U %a', '/data')).toBe('redis 750\n');
  expect(await berth('plan')).toContain('No changes');
  await berth('up', '-d', '--wait');
  expect((await inspect('server')).status.pid).toBe(server.status.pid);

  edit('mem_limit: 128m', 'mem_limit: 160m');
  await berth('up', '-d', '--wait');
  const changed = await inspect('server');
  expect(changed.status.pid).toBe(server.status.pid);
  expect(changed.cgroup.usage.memoryLimit).toBe(160 << 20);

  const counter = async (): Promise<number> =>
    Number(await berth('exec', '-T', 'server', 'redis-cli', 'get', 'counter'));
  const before = await counter();
  await berth('down');
  await berth('up', '-d', '--wait');
  expect(await counter()).toBeGreaterThanOrEqual(before);
  await berth('down', '-v');
  bench.assertGone();
}

async function limitsExample(bench: Bench): Promise<void> {
  const { berth, inspect } = useExample(bench, 'limits');
  await berth('up', '-d');
  for (const service of ['forks', 'memory', 'cpu']) {
    await vi.waitFor(async () => expect((await inspect(service)).status.status).toBe('exited'), PATIENCE);
  }
  const children = Number(/stopped after (\d+) children/.exec(await berth('logs', 'forks'))?.[1]);
  expect(children).toBeGreaterThan(0);
  expect(children).toBeLessThan(20);
  expect((await inspect('memory')).status).toMatchObject({ exitCode: 137, oomKilled: true });
  const share = Number(/got (\d+) % of a processor/.exec(await berth('logs', 'cpu'))?.[1]);
  expect(share).toBeGreaterThan(0);
  expect(share).toBeLessThan(50);
  await berth('down', '-v');
  bench.assertGone();
}

async function namespacesExample(bench: Bench): Promise<void> {
  const { berth, inspect } = useExample(bench, 'namespaces');
  await berth('up', '-d', '--wait');
  const ids = async (service: string) => (await inspect(service)).namespaces ?? {};
  const [owner, guest, alone] = [await ids('owner'), await ids('guest'), await ids('alone')];
  for (const type of ['net', 'ipc', 'pid', 'uts']) {
    expect(guest[type]).toBe(owner[type]);
    expect(alone[type]).not.toBe(owner[type]);
  }
  expect(await berth('exec', '-T', 'guest', 'hostname')).toBe('owner\n');
  edit(bench, 'owner');
  expect(await berth('plan')).toMatch(/service:guest:1.*shares \w+ of owner/);
  await berth('down', '-v', '-t', '1');
  bench.assertGone();
}

/** Gives the owner of the namespaces another command. */
function edit({ dir }: Bench, service: string): void {
  const file = join(dir, 'namespaces', 'compose.yaml');
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(`hostname: ${service}`, `hostname: ${service}\n    environment: { NEW: '1' }`),
  );
}

async function layersExample(bench: Bench): Promise<void> {
  const { berth } = useExample(bench, 'layers');
  await berth('up');
  const [site, trimmed] = [await berth('logs', 'site'), await berth('logs', 'trimmed')];
  expect(site).toMatch(/hello\n[\s\S]*extra\.txt: OK[\s\S]*web\n/);
  expect(trimmed).toContain('hello from above');
  expect(trimmed).toContain('page.txt: OK');
  expect(trimmed).not.toContain('extra.txt');
  await berth('down', '-v');
  bench.assertGone();
}

test('the examples do what they say', async (ctx) => {
  const isOnline = Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ internal }) => !internal));
  if (!isOnline) ctx.skip('no network: the Debian base is made from a mirror');
  await withBench('berthtestexamples', async (bench) => {
    await cacheExample(bench);
    await limitsExample(bench);
    await namespacesExample(bench);
    await layersExample(bench);
  });
});
