import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Bench, UNTIL_TERM, withBench } from '../support/cli.js';

function service(name: string, over = ''): string {
  return `
  ${name}:
    image: box
    command: ${UNTIL_TERM}
    network_mode: none
${over}`;
}

const TWO = `
services:${service('db')}${service('web', '    depends_on: { db: { condition: service_started, restart: true } }\n')}`;

interface Row {
  readonly state: string;
  readonly pid: number;
  readonly exitCode: number;
}

/** Containers by service, one of each. */
async function states({ ok }: Bench): Promise<Readonly<Record<string, Row>>> {
  const lines = (await ok('ps', '-a', '--format', 'json')).trim().split('\n');
  const rows = lines.filter((line) => line !== '').map((line): Record<string, unknown> => JSON.parse(line));
  return Object.fromEntries(
    rows.map((row) => [
      String(row['Service']),
      { state: String(row['State']), pid: Number(row['Pid']), exitCode: Number(row['ExitCode']) },
    ]),
  );
}

describe('stop and start', () => {
  it('stops all or some, starts the same containers again', () =>
    withBench('berthtestst1', async (bench) => {
      bench.write(TWO);
      await bench.ok('up', '-d');
      const before = await states(bench);
      await bench.ok('stop', 'web');
      expect(await states(bench)).toMatchObject({ db: before['db'], web: { state: 'exited', exitCode: 0, pid: 0 } });
      await bench.ok('stop');
      expect(existsSync(`/proc/${before['db']?.pid}`)).toBe(false);
      const ids = await bench.ok('ps', '-a', '-q', '--no-trunc');
      await bench.ok('start');
      expect(await bench.ok('ps', '-q', '--no-trunc')).toBe(ids);
      expect(await bench.ok('plan')).toBe('No changes.\n');
    }));

  it('starts what a service depends on, too, and one whose shim was killed', () =>
    withBench('berthtestst9', async (bench) => {
      bench.write(TWO);
      await bench.ok('up', '-d');
      const before = await states(bench);
      const shim = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${before['web']?.pid}/status`, 'utf8'))?.[1];
      process.kill(Number(shim), 'SIGKILL');
      await expect.poll(async () => (await states(bench))['web']?.state, { timeout: 10_000 }).toBe('exited');
      await bench.ok('stop');
      await bench.ok('start', 'web');
      expect(await states(bench)).toMatchObject({ db: { state: 'running' }, web: { state: 'running' } });
      expect(await bench.ok('plan')).toBe('No changes.\n');
    }));

  it('kills after the grace that -t gives', () =>
    withBench('berthtestst2', async (bench) => {
      bench.write(`
services:
  deaf:
    image: box
    command: [sh, -c, 'trap "" TERM; while :; do sleep 0.05; done']
    network_mode: none
    stop_grace_period: 10m
`);
      await bench.ok('up', '-d');
      await bench.ok('stop', '-t', '0');
      expect(await states(bench)).toMatchObject({ deaf: { state: 'exited', exitCode: 137 } });
    }));

  it('names a service that has no container', () =>
    withBench('berthtestst3', async (bench) => {
      bench.write(TWO);
      await bench.ok('up', '-d');
      const { code, stderr } = await bench.berth(['stop', 'nobody']);
      expect(code).toBe(1);
      expect(stderr).toContain("no container of service 'nobody' in stack berthtestst3");
      expect(await states(bench)).toMatchObject({ db: { state: 'running' }, web: { state: 'running' } });
    }));
});

describe('restart', () => {
  it('takes along who asked for it, unless told not to', () =>
    withBench('berthtestst4', async (bench) => {
      bench.write(TWO);
      await bench.ok('up', '-d');
      const first = await states(bench);
      await bench.ok('restart', '--no-deps', 'db');
      const second = await states(bench);
      expect(second['db']?.pid).not.toBe(first['db']?.pid);
      expect(second['web']).toEqual(first['web']);
      await bench.ok('restart', 'db');
      const third = await states(bench);
      expect(third['db']?.pid).not.toBe(second['db']?.pid);
      expect(third['web']?.pid).not.toBe(second['web']?.pid);
    }));
});

describe('pause and unpause', () => {
  it('freezes, and stops what is frozen', () =>
    withBench('berthtestst5', async (bench) => {
      bench.write(TWO);
      await bench.ok('up', '-d');
      const before = await states(bench);
      await bench.ok('pause', 'db');
      expect(await states(bench)).toMatchObject({
        db: { state: 'paused', pid: before['db']?.pid },
        web: { state: 'running' },
      });
      await bench.ok('unpause');
      expect(await states(bench)).toEqual(before);
      await bench.ok('pause');
      await bench.ok('stop', '-t', '1');
      expect(await states(bench)).toMatchObject({ db: { state: 'exited' }, web: { state: 'exited' } });
    }));
});

describe('kill', () => {
  it('sends a signal; what it ends is not started again by its policy', () =>
    withBench('berthtestst6', async (bench) => {
      bench.write(`services:${service('web', '    restart: always\n')}`);
      await bench.ok('up', '-d');
      await bench.ok('kill', '-s', 'TERM');
      await expect
        .poll(async () => (await states(bench))['web'], { timeout: 10_000 })
        .toMatchObject({
          state: 'exited',
          exitCode: 0,
        });
      const wrong = await bench.berth(['kill', '-s', 'NOSUCH']);
      expect(wrong.code).toBe(2);
    }));
});

describe('rm', () => {
  it('removes what has stopped, with -s what runs, and asks first', () =>
    withBench('berthtestst7', async (bench) => {
      bench.write(TWO);
      await bench.ok('up', '-d');
      await bench.ok('stop', 'web');
      const unasked = await bench.berth(['rm']);
      expect(unasked.code).toBe(2);
      expect(unasked.stderr).toContain('give --force');
      expect(await bench.berth(['rm', 'db'])).toMatchObject({ code: 0, stderr: 'No stopped containers\n' });
      expect(Object.keys(await states(bench))).toEqual(['db', 'web']);
      await bench.ok('rm', '-f');
      expect(Object.keys(await states(bench))).toEqual(['db']);
      await bench.ok('rm', '-f', '-s');
      expect(await states(bench)).toEqual({});
    }));

  it('takes anonymous volumes along with -v alone', () =>
    withBench('berthtestst8', async (bench) => {
      bench.write(`services:${service('web', '    volumes: [/cache]\n')}`);
      const volumes = async (): Promise<number> => (await bench.ok('volume', 'ls', '-q')).split('\n').length - 1;
      await bench.ok('up', '-d');
      await bench.ok('rm', '-f', '-s', '-v');
      expect(await volumes()).toBe(0);
      await bench.ok('up', '-d');
      await bench.ok('rm', '-f', '-s');
      expect(await volumes()).toBe(1);
      await bench.ok('volume', 'rm', (await bench.ok('volume', 'ls', '-q')).trim());
    }));
});
