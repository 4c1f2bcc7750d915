import { describe, expect, it } from 'vitest';
import { type Bench, UNTIL_TERM, withBench } from '../support/cli.js';

const SHARING = `
services:
  a:
    image: box
    command: ${UNTIL_TERM}
    network_mode: none
    ipc: shareable
    pids_limit: 40
    mem_limit: 64m
    cpus: 0.5
  b:
    image: box
    command: ${UNTIL_TERM}
    network_mode: service:a
    ipc: service:a
    uts: host
`;

async function jsonLines({ ok }: Bench, ...args: string[]): Promise<Record<string, unknown>[]> {
  const text = await ok(...args, '--format', 'json');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Record<string, unknown> => JSON.parse(line));
}

describe('inspect', () => {
  it('prints record, state, use and config.json of a service, a container or all', () =>
    withBench('berthtestin1', async (bench) => {
      bench.write(SHARING);
      await bench.ok('up', '-d');
      const all: unknown[] = JSON.parse(await bench.ok('inspect'));
      expect(all).toHaveLength(2);
      const one: unknown[] = JSON.parse(await bench.ok('inspect', 'a'));
      expect(one).toEqual([
        expect.objectContaining({
          name: 'berthtestin1-a-1',
          service: 'a',
          status: expect.objectContaining({ status: 'running', pid: expect.any(Number) }),
          namespaces: expect.objectContaining({ net: expect.any(Number), mnt: expect.any(Number) }),
          cgroup: expect.objectContaining({
            usage: expect.objectContaining({ exists: true, pidsLimit: 40, memoryLimit: 64 * 1024 ** 2 }),
          }),
          config: expect.objectContaining({ ociVersion: expect.any(String) }),
        }),
      ]);
      expect(JSON.parse(await bench.ok('inspect', 'berthtestin1-b-1'))).toEqual([
        expect.objectContaining({ service: 'b' }),
      ]);
      await bench.ok('stop', 'b');
      expect(JSON.parse(await bench.ok('inspect', 'b'))).toEqual([
        expect.objectContaining({ namespaces: null, status: expect.objectContaining({ status: 'exited' }) }),
      ]);
      const missing = await bench.berth(['inspect', 'nobody']);
      expect(missing).toMatchObject({ code: 1, stdout: '' });
      expect(missing.stderr).toContain('inspect nobody: no such container or service');
    }));
});

describe('namespaces', () => {
  it('shows who shares what', () =>
    withBench('berthtestin2', async (bench) => {
      bench.write(SHARING);
      await bench.ok('up', '-d');
      const both = ['berthtestin2-a-1', 'berthtestin2-b-1'];
      const rows = await jsonLines(bench, 'namespaces');
      const of = (type: string): unknown[] => rows.filter((row) => row['type'] === type).map((row) => row['members']);
      expect(of('net')).toEqual([both]);
      expect(of('ipc')).toEqual([both]);
      expect(of('pid')).toHaveLength(2);
      expect(rows).toContainEqual({ type: 'uts', id: expect.any(Number), members: [both[1]], isHost: true });
      expect(await bench.ok('namespaces')).toMatch(/\nnet +\d+ +yes +berthtestin2-a-1, berthtestin2-b-1\n/);
      await bench.ok('stop');
      expect(await jsonLines(bench, 'namespaces')).toEqual([]);
    }));
});

describe('cgroups', () => {
  it('shows limits and use of each container', () =>
    withBench('berthtestin3', async (bench) => {
      bench.write(SHARING);
      await bench.ok('up', '-d');
      const rows = await jsonLines(bench, 'cgroups');
      expect(rows).toHaveLength(2);
      expect(rows[0]).toMatchObject({
        container: 'berthtestin3-a-1',
        exists: true,
        pidsLimit: 40,
        memoryLimit: 64 * 1024 ** 2,
        frozen: false,
      });
      expect(Number(rows[0]?.['cpuQuotaUs']) / Number(rows[0]?.['cpuPeriodUs'])).toBe(0.5);
      const table = await bench.ok('cgroups');
      expect(table).toMatch(
        /\n\/berth\n {2}berthtestin3\n {4}[0-9a-f]{12} +berthtestin3-a-1 +\d+ \/ 40 +.* \/ 64 MiB .*0\.5 cpus/,
      );
      await bench.ok('pause', 'a');
      expect(await bench.ok('cgroups')).toMatch(/berthtestin3-a-1 .* frozen\n/);
      await bench.ok('unpause');
    }));

  it("shows the host's controllers", () =>
    withBench('berthtestin4', async ({ ok }) => {
      expect(await ok('cgroups', 'controllers')).toMatch(/^layout: (v1|hybrid|v2)(.|\n)*\npids +v[12] +\d+ +\//);
      expect(JSON.parse(await ok('cgroups', 'controllers', '--format', 'json'))).toMatchObject({
        layout: expect.stringMatching(/^(v1|hybrid|v2)$/),
      });
    }));
});

describe('config and info', () => {
  it('prints the resolved stack, or parts of it', () =>
    withBench('berthtestin5', async (bench) => {
      bench.write(SHARING);
      expect(await bench.ok('config', '--services')).toBe('a\nb\n');
      expect(await bench.ok('config', '--images')).toBe('box\n');
      expect(await bench.ok('config', '--volumes')).toBe('');
      expect(await bench.ok('config', '-q')).toBe('');
      const json: unknown = JSON.parse(await bench.ok('config', '--format', 'json'));
      expect(json).toMatchObject({ name: 'berthtestin5', services: { a: { image: 'box' } } });
      const yaml = await bench.ok('config');
      expect(yaml).toContain('name: berthtestin5\n');
      bench.write(SHARING.replace('pids_limit', 'pid_limit'));
      const bad = await bench.berth(['config', '-q']);
      expect(bad.code).toBe(2);
      expect(bad.stderr).toContain('services.a.pid_limit');
    }));

  it('tells of the host', () =>
    withBench('berthtestin6', async ({ ok, root }) => {
      expect(JSON.parse(await ok('info', '--format', 'json'))).toMatchObject({ Root: root, Containers: 0, Images: 0 });
      expect(await ok('info')).toMatch(/\nCgroups: (v1|hybrid|v2)\n/);
    }));
});
