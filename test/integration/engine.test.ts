import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findContainer } from '../../src/linux/index.js';
import { writeRecord } from '../../src/linux/record.js';
import { StackHost } from '../support/stack-host.js';

const SLEEPER = `
    image: box
    command: [sleep, '1000']
    network_mode: none
    stop_grace_period: 0s`;

/** `services:` with one sleeper of each name, and keys of its own. */
function sleepers(services: Readonly<Record<string, string>>): string {
  const entries = Object.entries(services).map(([name, keys]) => `  ${name}:${SLEEPER}${keys && `\n    ${keys}`}\n`);
  return entries.join('');
}

describe('the engine of a real host', () => {
  let host: StackHost;

  beforeEach(() => {
    host = new StackHost('berthtestengine');
  });
  afterEach(() => host.close());

  const kinds = async (services: string) => (await host.plan(services)).steps.map(({ action }) => action.kind);

  it('creates, starts, updates, replaces and removes; a second plan is empty each time', async () => {
    await host.up(sleepers({ web: '' }));
    const first = await host.container('web');
    expect(first).toMatchObject({ status: 'running', shimAlive: true, generation: 1, acknowledged: 1, drift: [] });
    expect(await kinds(sleepers({ web: '' }))).toEqual([]);

    await host.up(sleepers({ web: 'pids_limit: 50' }));
    const updated = await host.container('web');
    expect(updated).toMatchObject({ id: first.id, pid: first.pid, generation: 2, acknowledged: 2 });
    expect(await kinds(sleepers({ web: 'pids_limit: 50' }))).toEqual([]);

    await host.up(sleepers({ web: 'hostname: other' }));
    expect((await host.container('web')).id).not.toBe(first.id);
    expect(await host.observe()).toHaveLength(1);
    expect(await kinds(sleepers({ web: 'hostname: other' }))).toEqual([]);

    await host.down();
    expect(await host.observe()).toEqual([]);
  });

  it('runs 20 containers at once', async () => {
    await host.up(sleepers({ web: 'scale: 20' }));
    const running = (await host.observe()).filter(({ status }) => status === 'running');
    expect(new Set(running.map(({ pid }) => pid)).size).toBe(20);
  });

  it('refuses what the host can not do before anything is touched, with every reason', async () => {
    const plan = await host.plan(
      sleepers({
        bind: 'volumes: [{ type: bind, source: /no/such/dir, target: /x, bind: { create_host_path: false } }]',
        user: 'user: nobody-knows',
        device: "devices: ['/dev/no-such-device']",
        fine: '',
      }),
    );
    // The image is there only after it was built.
    expect((await host.host.preflight(plan)).map(({ reason }) => reason)).toEqual([
      expect.stringContaining('service:bind:1: mount /no/such/dir: no such file or directory'),
      expect.stringContaining('service:device:1: use device /dev/no-such-device: no such file'),
    ]);
    await host.up(sleepers({ fine: '' }));
    const second = await host.plan(sleepers({ user: 'user: nobody-knows' }));
    expect((await host.host.preflight(second)).map(({ reason }) => reason)).toEqual([
      expect.stringContaining('service:user:1: look up user "nobody-knows": not in the image'),
    ]);
  });

  it('refuses a name that another stack has', async () => {
    await host.up(sleepers({ web: 'container_name: berthtest-taken' }));
    const record = findContainer(host.host.containers(), 'berthtest-taken');
    const plan = { ...(await host.plan(sleepers({ web: 'container_name: berthtest-taken\n    hostname: x' }))) };
    expect(await host.host.preflight(plan)).toEqual([]);
    writeRecord(host.host, { ...record, stack: 'berthtestother' });
    try {
      const reasons = (await host.host.preflight(plan)).map(({ reason }) => reason);
      expect(reasons).toEqual([expect.stringContaining('the name is in use by stack berthtestother')]);
    } finally {
      writeRecord(host.host, record);
    }
  });

  it('tells the step and the call of what the kernel refused', async () => {
    await expect(host.up(sleepers({ web: 'entrypoint: [/no/such/program]' }))).rejects.toMatchObject({
      message: expect.stringMatching(/^start service:web:1: exec: .*\/no\/such\/program.*: no such file/i),
      details: { step: 'exec', errnoName: 'ENOENT' },
    });
  });

  it('sees volumes that are gone, and puts them right', async () => {
    const services = sleepers({ web: 'volumes: [/data]' });
    await host.up(services);
    const before = await host.container('web');
    const [volume] = findContainer(host.host.containers(), before.id).volumes;
    rmSync(host.host.paths.volume(volume ?? '').data, { recursive: true });
    expect((await host.container('web')).drift.map(({ what }) => what)).toEqual(['mount /data']);
    await host.up(services);
    expect(await host.container('web')).toMatchObject({ status: 'running', drift: [] });
    expect(await kinds(services)).toEqual([]);
  });

  it('starts everything anew in a new boot, but for what was stopped', async () => {
    const services = sleepers({ owner: 'ipc: shareable', guest: 'ipc: service:owner', still: '' });
    await host.up(services);
    const still = await host.container('still');
    const lock = await host.host.lock(host.stack, { command: 'test', timeoutMs: 0 });
    const engine = host.host.engine({ stackName: host.stack, stack: null, buildImage: neverBuild, lock });
    const step = { id: 1, on: 'service', cause: '', changes: [], after: [] };
    for (const container of await host.observe()) {
      const action = { kind: 'stopContainer', container, timeoutMs: 0 } as const;
      const quiet = { progress: () => undefined, warn: () => undefined };
      const context = { step: { ...step, action }, signal: new AbortController().signal, ...quiet };
      await engine.stopContainer({ container, timeoutMs: 0 }, context);
    }
    lock.release();
    for (const { id } of await host.observe()) {
      const { runDir, record } = host.host.paths.container(id);
      execFileSync('sh', ['-c', 'for pin in "$0"/ns/* "$0"/shm; do umount -q "$pin" 2>/dev/null; done; true', runDir]);
      rmSync(runDir, { recursive: true });
      expect(existsSync(record)).toBe(true);
    }
    expect(await host.container('still')).toMatchObject({ id: still.id, status: 'created', manuallyStopped: true });
    await host.up(services);
    expect((await host.observe()).map(({ status }) => status)).toEqual(['running', 'running', 'running']);
    expect(await kinds(services)).toEqual([]);
  });

  it('sweeps what no record owns, and leaves the rest', async () => {
    await host.up(sleepers({ web: '', lost: '' }));
    const [web, lost] = [await host.container('web'), await host.container('lost')];
    const { paths } = host.host;
    rmSync(paths.container(lost.id).dir, { recursive: true });
    mkdirSync(paths.container('0'.repeat(64)).runDir, { recursive: true });
    mkdirSync(join(paths.containers, '.half.4194304.partial'));
    writeFileSync(join(paths.stack(host.stack).dir, '.state.json.4194304.partial'), '{');
    mkdirSync(join(paths.volumes, '.data.4194304.partial', '_data'), { recursive: true });
    await host.host.sweep(host.stack);
    expect(existsSync(paths.container('0'.repeat(64)).runDir)).toBe(false);
    expect(existsSync(paths.container(lost.id).runDir)).toBe(false);
    expect(existsSync(paths.container(lost.id).layer)).toBe(false);
    expect(existsSync(join(paths.containers, '.half.4194304.partial'))).toBe(false);
    expect(existsSync(join(paths.volumes, '.data.4194304.partial'))).toBe(false);
    expect(existsSync(join(paths.stack(host.stack).dir, '.state.json.4194304.partial'))).toBe(false);
    expect(await host.observe()).toMatchObject([{ id: web.id, pid: web.pid, status: 'running' }]);
    expect(host.host.addon.cgroupUsage(`/berth/${host.stack}/${lost.id}`).exists).toBe(false);
  });

  it('removes a container that is frozen, with processes in a cgroup of their own', async () => {
    await host.up(sleepers({ web: '' }));
    const { id, pid } = await host.container('web');
    const { controllers } = host.host.addon.cgroupHost();
    const pids = controllers.find(({ name }) => name === 'pids')?.mountPoint ?? '';
    const inner = join(pids, 'berth', host.stack, id, 'inner');
    mkdirSync(inner);
    writeFileSync(join(inner, 'cgroup.procs'), `${pid}`);
    await host.host.addon.control(host.host.paths.container(id).runDir, { kind: 'pause' });
    expect((await host.container('web')).status).toBe('paused');
    await host.down();
    expect(host.host.addon.cgroupUsage(`/berth/${host.stack}/${id}`).exists).toBe(false);
  });
});

function neverBuild(): Promise<void> {
  throw new Error('nothing is to be built');
}
