import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { type Bench, withBench } from '../support/cli.js';

interface StatusOf {
  readonly id: string;
  readonly name: string;
  readonly pid: number;
}

/** The stack's live containers by name, from what their shims say. */
async function running({ ok }: Bench): Promise<ReadonlyMap<string, StatusOf>> {
  const lines = (await ok('ps', '--format', 'json', '--no-trunc')).trim().split('\n');
  const rows = lines
    .filter((line) => line !== '')
    .flatMap((line): Record<string, unknown>[] => [JSON.parse(line)].flat());
  const live = rows.map((row) => ({ id: String(row['ID']), name: String(row['Name']), pid: Number(row['Pid']) }));
  return new Map(live.map((one) => [one.name, one]));
}

function web(over = ''): string {
  return `
services:
  web:
    image: box
    command: [sh, -c, 'trap "exit 0" TERM; echo up; while :; do sleep 0.1; done']
    network_mode: none
${over}
`;
}

describe('up -d', () => {
  it('brings a stack up, then has nothing to do', () =>
    withBench('berthtestup1', async (bench) => {
      bench.write(web());
      await bench.ok('up', '-d', '--wait');
      const [first] = (await running(bench)).values();
      expect(first?.name).toBe('berthtestup1-web-1');
      expect(existsSync(`/proc/${first?.pid}`)).toBe(true);
      const again = await bench.berth(['up', '-d']);
      expect(again).toMatchObject({ code: 0, stderr: 'No changes.\n' });
      expect((await running(bench)).get('berthtestup1-web-1')).toEqual(first);
      await bench.ok('down');
      expect(existsSync(`/proc/${first?.pid}`)).toBe(false);
    }));

  it('applies a changed limit to the running process', () =>
    withBench('berthtestup2', async (bench) => {
      bench.write(web('    pids_limit: 50'));
      await bench.ok('up', '-d');
      const before = (await running(bench)).get('berthtestup2-web-1');
      bench.write(web('    pids_limit: 60'));
      const plan = await bench.ok('plan');
      expect(plan).toContain('resources.pidsLimit: 50 → 60');
      await bench.ok('up', '-d');
      expect((await running(bench)).get('berthtestup2-web-1')).toEqual(before);
      expect(pidsMax('berthtestup2', before?.id ?? '')).toBe('60');
      expect(await bench.ok('plan')).toBe('No changes.\n');
    }));

  it('replaces a container whose environment changed', () =>
    withBench('berthtestup3', async (bench) => {
      bench.write(web('    environment: { A: one }'));
      await bench.ok('up', '-d');
      const before = (await running(bench)).get('berthtestup3-web-1');
      bench.write(web('    environment: { A: two }'));
      expect(await bench.ok('plan')).toContain('environment.A: one → two  # forces replacement');
      await bench.ok('up', '-d', '-t', '1');
      const after = (await running(bench)).get('berthtestup3-web-1');
      expect(after?.id).not.toBe(before?.id);
      expect(existsSync(`/proc/${before?.pid}`)).toBe(false);
    }));

  it('scales up and down', () =>
    withBench('berthtestup4', async (bench) => {
      bench.write(web());
      await bench.ok('up', '-d', '--scale', 'web=3');
      expect([...(await running(bench)).keys()].sort()).toEqual([1, 2, 3].map((n) => `berthtestup4-web-${n}`));
      await bench.ok('up', '-d', '-t', '1');
      expect([...(await running(bench)).keys()]).toEqual(['berthtestup4-web-1']);
    }));

  it('waits for health, and says which container is not', () =>
    withBench('berthtestup5', async (bench) => {
      const check = (test: string): string =>
        web(`    healthcheck: { test: [CMD, ${test}], interval: 1s, retries: 1, start_interval: 100ms }`);
      bench.write(check('"true"'));
      await bench.ok('up', '-d', '--wait', '--wait-timeout', '20');
      bench.write(check('"false"'));
      const failed = await bench.berth(['up', '-d', '--wait', '--wait-timeout', '20']);
      expect(failed.code).toBe(1);
      expect(failed.stderr).toContain('berthtestup5-web-1: it is unhealthy');
    }));

  it('refuses a bad file with its place and touches nothing', () =>
    withBench('berthtestup6', async (bench) => {
      bench.write(web('    memlimit: 64m'));
      const { code, stderr } = await bench.berth(['up', '-d']);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^compose\.yaml:7:5: services\.web\.memlimit: /);
      expect(existsSync(join(bench.root, 'containers'))).toBe(false);
    }));
});

describe('up without -d', () => {
  it('shows output from the first line on, and Ctrl-C stops gracefully', () =>
    withBench('berthtestup7', async (bench) => {
      bench.write(web());
      const command = bench.start('up');
      await vi.waitFor(() => expect(command.stdout()).toContain('web-1  | up\n'), { timeout: 20_000 });
      command.child.kill('SIGINT');
      const { code, stdout } = await command.ended;
      expect(code).toBe(130);
      expect(stdout).toContain('web-1 exited with code 0\n');
      expect((await running(bench)).size).toBe(0);
    }));

  it('kills at the second Ctrl-C', () =>
    withBench('berthtestup8', async (bench) => {
      bench.write(`
services:
  web:
    image: box
    command: [sh, -c, 'trap "" TERM; echo up; while :; do sleep 0.1; done']
    network_mode: none
    stop_grace_period: 10m
`);
      const command = bench.start('up');
      await vi.waitFor(() => expect(command.stdout()).toContain('up\n'), { timeout: 20_000 });
      command.child.kill('SIGINT');
      await vi.waitFor(() => expect(command.stderr()).toContain('stopping'), { timeout: 20_000 });
      command.child.kill('SIGINT');
      const { code, stdout } = await command.ended;
      expect(code).toBe(130);
      expect(stdout).toContain('web-1 exited with code 137\n');
    }));

  it('ends with its containers, or with the code of one', () =>
    withBench('berthtestup9', async (bench) => {
      bench.write(`
services:
  job:
    image: box
    command: [sh, -c, 'echo done; exit 7']
    network_mode: none
  web:
    image: box
    command: [sh, -c, 'trap "exit 0" TERM; while :; do sleep 0.1; done']
    network_mode: none
`);
      const result = await bench.berth(['up', '--exit-code-from', 'job']);
      expect(result.code).toBe(7);
      expect(result.stdout).toContain('job-1  | done\n');
      expect((await running(bench)).size).toBe(0);
    }));
});

/** What the kernel holds, wherever this host keeps the pids controller. */
function pidsMax(stack: string, id: string): string {
  const tops = ['/sys/fs/cgroup/pids', '/sys/fs/cgroup'];
  const file = tops.map((top) => join(top, 'berth', stack, id, 'pids.max')).find((path) => existsSync(path));
  return file === undefined ? 'no such cgroup' : readFileSync(file, 'utf8').trim();
}
