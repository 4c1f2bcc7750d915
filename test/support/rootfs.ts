import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PROGRAMS = [
  'sh',
  'sleep',
  'sort',
  'echo',
  'cat',
  'chown',
  'cut',
  'dd',
  'env',
  'id',
  'mknod',
  'pwd',
  'true',
  'false',
  'stty',
  'tail',
  'tty',
  'test',
  'kill',
  'seq',
  'touch',
  'grep',
  'head',
  'hostname',
  'ls',
  'mkdir',
  'mount',
  'readlink',
  'sed',
  'stat',
  'tr',
  'wc',
];

/** A root file system of busybox alone, with the users `root` and `guest`. */
export function writeRootfs(dir: string): void {
  for (const sub of ['bin', 'etc', 'tmp', 'data']) mkdirSync(join(dir, sub), { recursive: true });
  cpSync('/usr/bin/busybox', join(dir, 'bin/busybox'));
  for (const name of PROGRAMS) symlinkSync('busybox', join(dir, 'bin', name));
  writeFileSync(join(dir, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nguest:x:1000:1000::/home/guest:/bin/sh\n');
  writeFileSync(join(dir, 'etc/group'), 'root:x:0:\nguest:x:1000:\n');
}
