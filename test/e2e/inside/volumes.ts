import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import type { Bench } from '../../support/cli.js';
import type { Group, Row } from './row.js';

const THEIRS = 'berthtest-theirs';
const IMAGES = `
  voluminous:
    base: { image: box }
    config: { volumes: [/seeded, /data] }
`;

function volumes(dir: string): string {
  return `
volumes:
  seeded:
  again:
  empty:
  filled:
  raced:
  plain: { labels: { kept: 'yes' } }
  named: { name: berthtest-named }
  theirs: { external: true, name: ${THEIRS} }
  parts: { driver_opts: { type: none, o: bind, device: ${dir}/parts } }
  ram: { driver_opts: { type: tmpfs, device: tmpfs, o: 'size=1m,mode=750,uid=1000' } }
`;
}

async function prepare(bench: Bench): Promise<() => Promise<void>> {
  const at = (path: string) => join(bench.dir, path);
  for (const path of ['rootfs/seeded', 'host', 'existing', 'parts/sub', 'tree'])
    mkdirSync(at(path), { recursive: true });
  for (const path of ['host/file', 'single', 'parts/sub/file', 'parts/beside']) writeFileSync(at(path), `${path}\n`);
  writeFileSync(at('rootfs/seeded/file'), 'seed\n', { mode: 0o640 });
  symlinkSync('file', at('rootfs/seeded/link'));
  chownSync(at('rootfs/seeded/file'), 1000, 50);
  chownSync(at('rootfs/seeded'), 1000, 1000);
  chmodSync(at('rootfs/seeded'), 0o710);
  mount(at('tree'));
  execFileSync('mount', ['--make-shared', at('tree')]);
  mkdirSync(at('tree/sub'));
  mkdirSync(at('tree/later'));
  mkdirSync(at('tree/inner'));
  mount(at('tree/sub'));
  writeFileSync(at('tree/sub/file'), 'tree/sub/file\n');
  await makeTheirs(bench);
  return async () => {
    execFileSync('umount', ['--recursive', at('tree')]);
    await bench.ok('volume', 'rm', THEIRS);
  };
}

function mount(path: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', path]);
}

/** A volume of another stack. */
async function makeTheirs({ write, ok }: Bench): Promise<void> {
  write(`services:
  writer: { image: box, command: [sh, -c, 'echo theirs > /theirs/file'], volumes: ['theirs:/theirs'] }
volumes:
  theirs: { name: ${THEIRS} }
`);
  await ok('-p', 'berthtestintheirs', 'up');
  await ok('-p', 'berthtestintheirs', 'down');
}

const owner = (path: string) => `stat -c '%a %u:%g' ${path}`;
const inMounts = (path: string) => `grep ' ${path} ' /proc/mounts | cut -d ' ' -f 3,4`;

const named: readonly Row[] = [
  {
    name: 'named, a new one takes the image’s content, owner and mode',
    keys: "volumes: ['seeded:/seeded']",
    run: `${owner('/seeded /seeded/file')}; cat /seeded/file; readlink /seeded/link; touch /seeded/new && ls /seeded`,
    prints: '710 1000:1000\n640 1000:50\nseed\nfile\nfile\nlink\nnew',
  },
  {
    name: 'named, long syntax',
    keys: 'volumes: [{ type: volume, source: again, target: /seeded }]',
    run: 'cat /seeded/file',
    prints: 'seed',
  },
  {
    name: 'named, a read-only one takes it, too',
    keys: "volumes: ['filled:/seeded:ro']",
    run: 'cat /seeded/file; touch /seeded/x',
    prints: 'seed\ntouch: /seeded/x: Read-only file system',
  },
  ...[1, 2, 3].map(
    (number): Row => ({
      name: `named, filled once for all that start at once: ${number}`,
      keys: "volumes: ['raced:/seeded']",
      run: `cat /seeded/file; ls -A /seeded; ${owner('/seeded')}`,
      prints: 'seed\nfile\nlink\n710 1000:1000',
    }),
  ),
  {
    name: 'named, nocopy',
    keys: "volumes: ['empty:/seeded:nocopy']",
    run: `ls -A /seeded; ${owner('/seeded')}`,
    prints: '755 0:0',
  },
  {
    name: 'named, nocopy in long syntax',
    keys: 'volumes: [{ type: volume, source: empty, target: /seeded, volume: { nocopy: true } }]',
    run: 'ls -A /seeded; echo end',
    prints: 'end',
  },
  {
    name: 'named, shared by services: one writes',
    keys: "volumes: ['plain:/one']",
    run: 'echo written > /one/note && echo done',
    prints: 'done',
  },
  {
    name: 'named, shared by services: another reads, and may not write',
    keys: "volumes: ['plain:/two:ro']",
    run: 'until [ -s /two/note ]; do sleep 0.01; done; cat /two/note; touch /two/x',
    prints: 'written\ntouch: /two/x: Read-only file system',
  },
  {
    name: 'named, read_only in long syntax',
    keys: 'volumes: [{ type: volume, source: plain, target: /two, read_only: true }]',
    run: 'touch /two/x',
    prints: 'touch: /two/x: Read-only file system',
  },
  {
    name: 'named, with a bind below it',
    keys: "volumes: ['./host:/one/below/host', 'named:/one']",
    run: 'cat /one/below/host/file; ls /one',
    prints: 'host/file\nbelow',
  },
  { name: 'external', keys: "volumes: ['theirs:/theirs']", run: 'cat /theirs/file', prints: 'theirs' },
  {
    name: 'subpath',
    keys: 'volumes: [{ type: volume, source: parts, target: /part, volume: { subpath: sub } }]',
    run: 'ls /part; cat /part/file',
    prints: 'file\nparts/sub/file',
  },
  {
    name: 'subpath, a file, read-only',
    keys: 'volumes: [{ type: volume, source: parts, target: /part, read_only: true, volume: { subpath: beside } }]',
    run: 'cat /part; echo x > /part',
    prints: /^parts\/beside\n.*Read-only file system$/,
  },
  { name: 'driver_opts, a bind', keys: "volumes: ['parts:/parts']", run: 'ls /parts', prints: 'beside\nsub' },
  {
    name: 'driver_opts, a file system',
    keys: "volumes: ['ram:/ram']",
    run: `${inMounts('/ram')}; ${owner('/ram')}`,
    prints: /^tmpfs rw,relatime,size=1024k,mode=750,uid=1000(,\S+)?\n750 1000:0$/,
  },
  {
    name: 'anonymous',
    keys: 'volumes: [/seeded, /fresh]',
    run: `cat /seeded/file; ${owner('/seeded /fresh')}; grep -c -E ' /(seeded|fresh) ' /proc/mounts`,
    prints: 'seed\n710 1000:1000\n755 0:0\n2',
  },
  {
    name: 'anonymous, long syntax',
    keys: 'volumes: [{ type: volume, target: /seeded }]',
    run: 'cat /seeded/file; grep -c " /seeded " /proc/mounts',
    prints: 'seed\n1',
  },
  {
    name: 'anonymous, those of the image but for what is mounted',
    keys: "image: voluminous\nvolumes: ['./host:/data']",
    run: 'cat /seeded/file /data/file; grep -c -E " /(seeded|data) " /proc/mounts',
    prints: 'seed\nhost/file\n2',
  },
];

const binds: readonly Row[] = [
  {
    name: 'bind, short syntax',
    keys: "volumes: ['./host:/host:cached']",
    run: 'cat /host/file; echo inside > /host/written',
    prints: 'host/file',
  },
  { name: 'bind, shows on the host', outside: true, prints: 'written' },
  {
    name: 'bind, a file, read-only',
    keys: "volumes: ['./single:/etc/app/conf:ro,z']",
    run: 'cat /etc/app/conf; echo x > /etc/app/conf',
    prints: /^single\n.*Read-only file system$/,
  },
  {
    name: 'bind, a missing source is made',
    keys: "volumes: ['./made/deep:/made']",
    run: owner('/made'),
    prints: '755 0:0',
  },
  {
    name: 'bind, create_host_path',
    keys: 'volumes: [{ type: bind, source: ./made/long, target: /made, bind: { create_host_path: true } }]',
    run: owner('/made'),
    prints: '755 0:0',
  },
  {
    name: 'bind, create_host_path false with a source',
    keys: 'volumes: [{ type: bind, source: ./host, target: /host, read_only: true, bind: { create_host_path: false } }]',
    run: 'cat /host/file; touch /host/x',
    prints: 'host/file\ntouch: /host/x: Read-only file system',
  },
  {
    name: 'bind, where the image has nothing, for an ordinary user',
    keys: "user: guest\nvolumes: ['./host:/new/deep/host', './single:/new/file']",
    run: `cat /new/deep/host/file /new/file; ${owner('/new /new/deep')}`,
    prints: 'host/file\nsingle\n755 0:0\n755 0:0',
  },
];

const propagation = (path: string) => `grep ' ${path} ' /proc/self/mountinfo | cut -d ' ' -f 7 | sed 's/:.*//'`;
const tree = (bind: string) =>
  `volumes: [{ type: bind, source: ./tree, target: /tree, read_only: true, bind: { ${bind} } }]`;
const writes = 'for dir in /tree /tree/sub; do touch $dir/x 2>/dev/null && echo $dir; done; ls /tree/sub | grep file';

const trees: readonly Row[] = [
  { name: 'propagation, none given', keys: "volumes: ['./tree:/tree']", run: propagation('/tree'), prints: '-' },
  { name: 'propagation, slave', keys: "volumes: ['./tree:/tree:slave']", run: propagation('/tree'), prints: 'master' },
  {
    name: 'propagation, shared',
    keys: "volumes: ['./tree:/tree:shared']",
    run: propagation('/tree'),
    prints: 'shared',
  },
  {
    name: 'propagation, private, in long syntax',
    keys: 'volumes: [{ type: bind, source: ./tree, target: /tree, bind: { propagation: private } }]',
    run: propagation('/tree'),
    prints: '-',
  },
  {
    name: 'propagation, rslave: what the host mounts later arrives',
    keys: "volumes: ['./tree:/tree:rslave']",
    run: 'until [ -e /tree/later/file ]; do sleep 0.01; done; echo arrived',
    prints: 'arrived',
    service: 'slave',
    stays: true,
  },
  {
    name: 'propagation, rshared: what it mounts',
    keys: "volumes: ['./tree:/tree:rshared']\ncap_add: [SYS_ADMIN]",
    run: 'mount -t tmpfs none /tree/inner && echo inner > /tree/inner/file && echo mounted',
    prints: 'mounted',
  },
  { name: 'propagation, rshared: reaches the host', outside: true, prints: 'inner' },
  {
    name: 'recursive, read-only with what is below',
    keys: "volumes: ['./tree:/tree:ro']",
    run: writes,
    prints: 'file',
  },
  { name: 'recursive, readonly', keys: tree('recursive: readonly'), run: writes, prints: 'file' },
  { name: 'recursive, writable', keys: tree('recursive: writable'), run: writes, prints: '/tree/sub\nfile' },
  { name: 'recursive, disabled', keys: tree('recursive: disabled'), run: writes, prints: '' },
  {
    name: 'tmpfs, long syntax',
    keys: 'volumes: [{ type: tmpfs, target: /scratch, tmpfs: { size: 1m, mode: 0o1770 } }]',
    run: `${inMounts('/scratch')}; ${owner('/scratch')}`,
    prints: /^tmpfs rw,nosuid,nodev,noexec,relatime,size=1024k,mode=1770(,\S+)?\n1770 0:0$/,
  },
  {
    name: 'tmpfs, read-only in long syntax',
    keys: 'volumes: [{ type: tmpfs, target: /scratch, read_only: true }]',
    run: 'touch /scratch/x',
    prints: 'touch: /scratch/x: Read-only file system',
  },
  {
    name: 'volumes in the store',
    outside: true,
    prints: 'again berthtest-named empty filled parts plain raced ram seeded theirs',
  },
];

async function outside({ dir, stack, ok }: Bench): Promise<Readonly<Record<string, string>>> {
  mount(join(dir, 'tree/later'));
  writeFileSync(join(dir, 'tree/later/file'), '');
  await vi.waitFor(async () => expect(await ok('logs', 'slave')).toContain('arrived'), { timeout: 20_000 });
  const names = (await ok('volume', 'ls', '-q'))
    .trim()
    .split('\n')
    .filter((name) => name.length < 64);
  const shown = names.map((name) => name.replace(`${stack}_`, '').replace(THEIRS, 'theirs'));
  return {
    'bind, shows on the host': existsSync(join(dir, 'host/written')) ? 'written' : 'nothing',
    'propagation, rshared: reaches the host': statSync(join(dir, 'tree/inner/file'), { throwIfNoEntry: false })
      ? 'inner'
      : 'nothing',
    'volumes in the store': shown.sort().join(' '),
  };
}

/** Volumes, binds and file systems in memory. */
export const volumesGroup: Group = { rows: [...named, ...binds, ...trees], images: IMAGES, volumes, prepare, outside };
