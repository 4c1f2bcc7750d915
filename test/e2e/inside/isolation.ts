import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Group, Row } from './row.js';

/** Our own bounding set: nobody can be given more. */
const own = BigInt(`0x${/^CapBnd:\s+([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]}`);

/** linux/capability.h */
const CAPABILITY = { CHOWN: 0n, NET_ADMIN: 12n, NET_RAW: 13n, SYS_ADMIN: 21n, SYS_RESOURCE: 24n, SYSLOG: 34n };
const DEFAULTS = 0xa80425fbn;

function set(...names: readonly (keyof typeof CAPABILITY)[]): bigint {
  return names.reduce((mask, name) => mask | (1n << CAPABILITY[name]), 0n);
}

/** What grep prints of the two sets that matter. */
function held(mask: bigint, effective = mask): string {
  const hex = (value: bigint) => (value & own).toString(16).padStart(16, '0');
  return `CapEff: ${hex(effective)}\nCapBnd: ${hex(mask)}`;
}

const sets = "grep -E '^Cap(Eff|Bnd)' /proc/self/status | tr '\\t' ' '";

const capabilities: readonly Row[] = [
  { name: 'cap_add, none', run: sets, prints: held(DEFAULTS) },
  {
    name: 'cap_add',
    keys: 'cap_add: [NET_ADMIN, cap_syslog]',
    run: sets,
    prints: held(DEFAULTS | set('NET_ADMIN', 'SYSLOG')),
  },
  { name: 'cap_add, all', keys: 'cap_add: [ALL]', run: sets, prints: held(own) },
  {
    name: 'cap_drop',
    keys: 'cap_drop: [CHOWN, NET_RAW]',
    run: sets,
    prints: held(DEFAULTS & ~set('CHOWN', 'NET_RAW')),
  },
  { name: 'cap_drop, all', keys: 'cap_drop: [ALL]', run: sets, prints: held(0n) },
  { name: 'cap_drop, all but one', keys: 'cap_drop: [ALL]\ncap_add: [CHOWN]', run: sets, prints: held(set('CHOWN')) },
  {
    name: 'cap_add, for an ordinary user',
    keys: 'user: guest\ncap_add: [NET_ADMIN]',
    run: sets,
    prints: held(DEFAULTS | set('NET_ADMIN'), 0n),
  },
  {
    name: 'privileged, false',
    run: `mount -t tmpfs none /tmp 2>/dev/null || echo no mount; ls /dev | grep -c kmsg; cat /proc/timer_list | wc -c; ls /sys/firmware | wc -l; (echo 0 > /proc/sys/net/ipv4/ip_forward) 2>/dev/null || echo protected; (: > /sys/kernel/uevent_seqnum) 2>&1 | grep -c Read-only`,
    prints: 'no mount\n0\n0\n0\nprotected\n1',
  },
  {
    name: 'privileged',
    keys: 'privileged: true',
    run: `${sets}; mount -t tmpfs none /tmp && echo mounted; : >> /dev/kmsg && echo device; echo 1 > /proc/sys/net/ipv4/ip_forward && cat /proc/sys/net/ipv4/ip_forward; [ -c /proc/kcore ] || echo unmasked; grep -E '^[^ ]+ /sys sysfs' /proc/mounts | grep -c '[ ,]rw,'`,
    prints: `${held(own)}\nmounted\ndevice\n1\nunmasked\n1`,
  },
];

const hardened: readonly Row[] = [
  {
    name: 'x-berth, hardened',
    keys: 'x-berth: {hardened: true}\ncap_drop: [CHOWN]',
    run: `${sets}; grep NoNewPrivs /proc/self/status | tr '\\t' ' '; for dir in / /etc /tmp /run /var/tmp; do touch $dir/x 2>/dev/null && echo $dir; done; tr -s ' ' < /proc/self/uid_map | cut -d ' ' -f 4`,
    prints: `CapEff: 00000000800405fa\nCapBnd: 00000000800405fa\nNoNewPrivs: 1\n/tmp\n/run\n/var/tmp\n65536`,
  },
];

const limitsOfProcess = (...names: string[]) =>
  `grep -E '^Max (${names.join('|')})' /proc/self/limits | tr -s ' ' | sed 's/ [a-z]* $//'`;

const ulimits: readonly Row[] = [
  {
    name: 'ulimits, soft and hard',
    keys: 'ulimits: { nofile: { soft: 100, hard: 200 }, core: { soft: 0, hard: -1 } }',
    run: limitsOfProcess('open files', 'core file size'),
    prints: 'Max core file size 0 unlimited\nMax open files 100 200',
  },
  {
    name: 'ulimits, one number',
    keys: 'ulimits: { nproc: 300, stack: 1048576, cpu: -1 }',
    run: limitsOfProcess('processes', 'stack size', 'cpu time'),
    prints: 'Max cpu time unlimited unlimited\nMax stack size 1048576 1048576\nMax processes 300 300',
  },
  {
    name: 'ulimits, as an ordinary user',
    keys: 'user: guest\nulimits: { memlock: 65536, msgqueue: 1000, sigpending: 50 }',
    run: limitsOfProcess('locked memory', 'msgqueue size', 'pending signals'),
    prints: 'Max locked memory 65536 65536\nMax pending signals 50 50\nMax msgqueue size 1000 1000',
  },
];

const setting = (...names: string[]) => names.map((name) => `cat /proc/sys/${name}`).join('; ');

const settings: readonly Row[] = [
  {
    name: 'sysctls, none',
    run: setting('net/ipv4/ip_unprivileged_port_start', 'net/ipv4/ping_group_range'),
    prints: /^0\n0\s2147483647$/,
  },
  {
    name: 'sysctls, a map',
    keys: 'sysctls: { net.core.somaxconn: 1234, kernel.shmmax: 1048576, fs.mqueue.msg_max: 20, net.ipv4.ip_unprivileged_port_start: 80 }',
    run: setting('net/core/somaxconn', 'kernel/shmmax', 'fs/mqueue/msg_max', 'net/ipv4/ip_unprivileged_port_start'),
    prints: '1234\n1048576\n20\n80',
  },
  {
    name: 'sysctls, a list',
    keys: "sysctls: ['net.ipv4.ip_forward=1', 'kernel.sem=250 32000 100 130']",
    run: setting('net/ipv4/ip_forward', 'kernel/sem'),
    prints: /^1\n250\s32000\s100\s130$/,
  },
  { name: 'oom_score_adj, none', run: 'cat /proc/self/oom_score_adj', prints: '0' },
  {
    name: 'oom_score_adj, below 0',
    keys: 'oom_score_adj: -501',
    run: 'cat /proc/self/oom_score_adj',
    prints: '-501',
    lacking: own & set('SYS_RESOURCE') ? null : 'root on this host lacks SYS_RESOURCE',
  },
  { name: 'oom_score_adj', keys: 'oom_score_adj: 501', run: 'cat /proc/self/oom_score_adj', prints: '501' },
];

const kmsg = statSync('/dev/kmsg', { throwIfNoEntry: false });
const noKmsg = kmsg === undefined ? 'there is no /dev/kmsg' : null;
/** Opening is what the device rules are about. Reading needs more than them, so only writing is tried with success. */
const tries = (path: string) =>
  `(: >> ${path}) 2>/dev/null && echo written; (: < ${path}) 2>&1 | grep -o 'Operation not permitted'`;

const devices: readonly Row[] = [
  {
    name: 'devices, none',
    run: 'for name in null zero full random urandom tty; do [ -c /dev/$name ] && (: > /dev/$name) 2>/dev/null || echo $name; done; mknod /tmp/kmsg c 1 11; (: >> /tmp/kmsg) 2>/dev/null || echo closed; ls /dev',
    prints:
      /^tty\nclosed\ncore\nfd\nfull\nmqueue\nnull\nptmx\npts\nrandom\nshm\nstderr\nstdin\nstdout\ntty\nurandom\nzero$/,
  },
  {
    name: 'devices, host:container:permission',
    keys: "devices: ['/dev/kmsg:/dev/sub/given:w']",
    run: `${tries('/dev/sub/given')}; stat -c '%t:%T %a %u:%g' /dev/sub/given`,
    prints: `written\nOperation not permitted\n1:b ${((kmsg?.mode ?? 0) & 0o777).toString(8)} ${kmsg?.uid}:${kmsg?.gid}`,
    lacking: noKmsg,
  },
  {
    name: 'devices, host:permission',
    keys: "devices: ['/dev/kmsg:w']",
    run: tries('/dev/kmsg'),
    prints: 'written\nOperation not permitted',
    lacking: noKmsg,
  },
  {
    name: 'devices, all permissions',
    keys: 'devices: [/dev/kmsg]\ncap_add: [SYSLOG]',
    run: `${tries('/dev/kmsg')}; mknod /tmp/own c 1 11 && ${tries('/tmp/own')}`,
    prints: 'written\nwritten',
    lacking: noKmsg,
  },
  {
    name: 'devices, the long form',
    keys: 'devices: [{ source: /dev/kmsg, target: /dev/given, permissions: w }]',
    run: tries('/dev/given'),
    prints: 'written\nOperation not permitted',
    lacking: noKmsg,
  },
  {
    name: 'device_cgroup_rules',
    keys: "device_cgroup_rules: ['c 1:11 w']",
    run: `mknod /tmp/own c 1 11 && ${tries('/tmp/own')}`,
    prints: 'written\nOperation not permitted',
  },
  {
    name: 'device_cgroup_rules, any minor',
    keys: "device_cgroup_rules: ['c 1:* rwm']\ncap_add: [SYSLOG]",
    run: `mknod /tmp/own c 1 11 && ${tries('/tmp/own')}`,
    prints: 'written',
  },
];

const options = (path: string) => `grep ' ${path} ' /proc/mounts | cut -d ' ' -f 3,4`;

const files: readonly Row[] = [
  {
    name: 'read_only',
    keys: 'read_only: true\ntmpfs: /run/app\nworking_dir: /made\nvolumes: [/kept]',
    run: 'touch /x /etc/hosts; pwd; for dir in /run/app /dev/shm /kept; do touch $dir/x && echo $dir; done',
    prints:
      'touch: /x: Read-only file system\ntouch: /etc/hosts: Read-only file system\n/made\n/run/app\n/dev/shm\n/kept',
  },
  { name: 'read_only, false', keys: 'read_only: false', run: 'touch /x /etc/hosts && echo written', prints: 'written' },
  {
    name: 'tmpfs, a path',
    keys: 'tmpfs: /scratch',
    run: `${options('/scratch')}; stat -c '%a %u:%g' /scratch`,
    prints: /^tmpfs rw,nosuid,nodev,noexec,relatime(,\S+)?\n1777 0:0$/,
  },
  {
    name: 'tmpfs, has the mode of the image’s directory and hides what is in it',
    keys: 'tmpfs: [/locked]',
    run: "stat -c '%a' /locked; ls -A /locked",
    prints: '700',
  },
  {
    name: 'tmpfs, options',
    keys: "tmpfs: ['/scratch:size=1m,mode=750,uid=1000,gid=50,exec,nr_inodes=100']",
    run: `${options('/scratch')}; stat -c '%a %u:%g' /scratch`,
    prints: /^tmpfs rw,nosuid,nodev,relatime,size=1024k,nr_inodes=100,mode=750,uid=1000,gid=50(,\S+)?\n750 1000:50$/,
  },
  {
    name: 'tmpfs, read-only',
    keys: "tmpfs: ['/scratch:ro']",
    run: 'touch /scratch/x',
    prints: 'touch: /scratch/x: Read-only file system',
  },
  { name: 'shm_size, none', run: options('/dev/shm'), prints: /^tmpfs rw,nosuid,nodev,noexec,relatime,size=65536k/ },
  {
    name: 'shm_size',
    keys: 'shm_size: 3mb',
    run: `${options('/dev/shm')}; stat -c %a /dev/shm`,
    prints: /,size=3072k\S*\n1777$/,
  },
];

/** What it may do, and what holds for each of its processes alone. */
export const isolationGroup: Group = {
  rows: [...hardened, ...capabilities, ...ulimits, ...settings, ...devices, ...files],
  prepare: ({ dir }) => {
    mkdirSync(join(dir, 'rootfs/locked'), { mode: 0o700 });
    writeFileSync(join(dir, 'rootfs/locked/hidden'), '');
    return undefined;
  },
};
