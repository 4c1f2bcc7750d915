import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Bench, UNTIL_TERM, withBench } from '../support/cli.js';

const TRAP = 'trap "exit 0" TERM; while :; do sleep 0.05; done';

/** `writer` has all of the volume, `reader` its directory `site` alone; the reader tells what it sees at each start. */
const STACK = `
services:
  writer:
    image: box
    command: ${UNTIL_TERM}
    network_mode: none
    volumes: [data:/data]
  reader:
    image: box
    command: [sh, -c, 'cat /site/passwd; ${TRAP}']
    network_mode: none
    restart: always
    volumes: [{ type: volume, source: data, target: /site, volume: { subpath: site } }]
volumes:
  data:
`;

const inWriter = (bench: Bench, script: string): Promise<string> => bench.ok('exec', 'writer', 'sh', '-c', script);

async function startBoth(bench: Bench): Promise<void> {
  bench.write(STACK);
  await bench.ok('up', '-d', 'writer');
  await inWriter(bench, 'busybox mkdir /data/site; echo the part > /data/site/passwd');
  await bench.ok('up', '-d');
}

/** What the reader has said so far. */
const said = (bench: Bench): Promise<string> => bench.ok('logs', '--no-log-prefix', 'reader');

describe('a part of a volume', () => {
  it('is never the host’s, whatever another container puts in its place', () =>
    withBench('berthtestvol1', async (bench) => {
      await startBoth(bench);
      await expect.poll(() => said(bench), { timeout: 10_000 }).toBe('the part\n');
      await inWriter(bench, 'busybox mv /data/site /data/old; busybox ln -s /etc /data/site');
      expect(await bench.ok('plan')).toBe('No changes.\n');

      const { code, stderr } = await bench.berth(['restart', 'reader']);
      expect(code).toBe(1);
      expect(stderr).toMatch(/mount \/site: .*site of volume berthtestvol1_data: no such file or directory/);

      // An `etc` of the volume's own is what the link means: the volume is the root of its links.
      await inWriter(bench, 'busybox mkdir /data/etc; echo of the volume > /data/etc/passwd');
      await bench.ok('start', 'reader');
      await expect.poll(() => said(bench), { timeout: 10_000 }).toBe('the part\nof the volume\n');
      await inWriter(bench, 'busybox rm /data/site; busybox ln -s ../../../../../../../../etc /data/site');
      await bench.ok('restart', 'reader');
      await expect.poll(() => said(bench), { timeout: 10_000 }).toBe('the part\nof the volume\nof the volume\n');
    }));

  it('is looked up again when the restart policy starts the container', () =>
    withBench('berthtestvol2', async (bench) => {
      await startBoth(bench);
      const swap = 'busybox mkdir /data/etc; echo of the volume > /data/etc/passwd; busybox mv /data/site /data/old';
      await inWriter(bench, `${swap}; busybox ln -s /etc /data/site`);
      const [row] = JSON.parse(`[${(await bench.ok('ps', '--format', 'json', 'reader')).trim()}]`);
      process.kill(Number(row.Pid), 'SIGKILL');
      await expect.poll(() => said(bench), { timeout: 10_000 }).toBe('the part\nof the volume\n');
    }));

  it('that is not there is an error at start, and may be made later', () =>
    withBench('berthtestvol3', async (bench) => {
      bench.write(STACK);
      const { code, stderr } = await bench.berth(['up', '-d']);
      expect(code).toBe(1);
      expect(stderr).toMatch(/reader.*: mount \/site: .*site of volume berthtestvol3_data: no such file or directory/);
      await inWriter(bench, 'busybox mkdir /data/site; echo made > /data/site/passwd');
      await bench.ok('up', '-d');
      await expect.poll(() => said(bench), { timeout: 10_000 }).toBe('made\n');
    }));
});

/** A service that mounts the volume `data`, which has driver options. */
const webWith = (volumes: string, driverOpts: string): string => `
services:
  web:
    image: box
    command: ${UNTIL_TERM}
    network_mode: none
    volumes: ${volumes}
volumes:
  data:
    driver_opts: ${driverOpts}
`;

describe('a volume with driver options', () => {
  it('that name a directory takes the image’s content there, and leaves nothing beside it', () =>
    withBench('berthtestvol6', async (bench) => {
      const device = join(bench.dir, 'device');
      mkdirSync(device);
      writeFileSync(join(bench.dir, 'rootfs/data/file'), 'of the image');
      bench.write(webWith(`[data:/data]`, `{ type: none, o: bind, device: '${device}' }`));
      const before = readdirSync(bench.dir);
      await bench.ok('up', '-d');
      expect(await bench.ok('exec', 'web', 'cat', '/data/file')).toBe('of the image');
      expect(readdirSync(device)).toEqual(['file']);
      expect(readdirSync(bench.dir)).toEqual(before);
    }));

  it('that name a file system is mounted in part', () =>
    withBench('berthtestvol5', async (bench) => {
      const empty = join(bench.dir, 'empty');
      mkdirSync(empty);
      symlinkSync('/etc', join(empty, 'link'));
      bench.write(
        webWith(
          `
      - { type: volume, source: data, target: /part, read_only: true, volume: { subpath: link } }
      - { type: volume, source: data, target: /group, volume: { subpath: etc/group } }`,
          `{ type: overlay, o: 'lowerdir=${empty}:${join(bench.dir, 'rootfs')}', device: overlay }`,
        ),
      );
      await bench.ok('up', '-d');
      const group = readFileSync(join(bench.dir, 'rootfs/etc/group'), 'utf8');
      expect(await bench.ok('exec', 'web', 'cat', '/part/group', '/group')).toBe(group + group);
      expect(await bench.ok('exec', 'web', 'busybox', 'grep', '-c', 'overlay', '/proc/mounts')).toBe('3\n');
      expect(await bench.ok('plan')).toBe('No changes.\n');
    }));

  it('is a directory of the host, read-only where they say so, whole or in part', () =>
    withBench('berthtestvol4', async (bench) => {
      bench.write(
        webWith(
          `[data:/data, { type: volume, source: data, target: /part, volume: { subpath: etc } }]`,
          `{ type: none, o: 'bind,ro', device: '${join(bench.dir, 'rootfs')}' }`,
        ),
      );
      await bench.ok('up', '-d');
      const group = readFileSync(join(bench.dir, 'rootfs/etc/group'), 'utf8');
      expect(await bench.ok('exec', 'web', 'cat', '/part/group')).toBe(group);
      for (const path of ['/data/etc/group', '/part/group']) {
        const written = await bench.berth(['exec', 'web', 'sh', '-c', `echo x > ${path}`]);
        expect(written.stderr).toContain('Read-only file system');
      }
    }));
});
