import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Bench } from '../../support/cli.js';
import type { Group, Row } from './row.js';

/** `told` says everything about running it that an image can say. */
const IMAGES = `
  told:
    base: { image: box }
    config:
      entrypoint: [echo, entry]
      command: [cmd]
      env: { FROM_IMAGE: image, BOTH: image }
      workdir: /srv/image
  pair:
    base: { image: box }
    config: { entrypoint: [echo, entry], command: [echo, alone] }
  guests:
    base: { image: box }
    config: { user: guest, env: { HOME: /image } }
`;

function prepare({ dir }: Bench): () => void {
  writeFileSync(join(dir, 'rootfs/etc/group'), 'root:x:0:\nguest:x:1000:\nstaff:x:50:guest\naudio:x:29:\n');
  writeFileSync(join(dir, '.env'), 'FROM_DOTENV=dotenv\n');
  writeFileSync(
    join(dir, 'one.env'),
    'ONE=one\nSHARED=one\nQUOTED="two words"\nCOMMENTED=a # b\nexport EXPORTED=yes\n',
  );
  writeFileSync(join(dir, 'two.env'), "TWO=two\nSHARED=two\nEXPANDED=${ONE}-${TWO}\nLITERAL='${ONE}'\n");
  writeFileSync(join(dir, 'raw.env'), 'RAW="${ONE}" # kept\n');
  process.env['BERTHTEST_CALLER'] = 'caller';
  return () => {
    delete process.env['BERTHTEST_CALLER'];
  };
}

const told = 'image: told';

const commands: readonly Row[] = [
  { name: 'image, its own words', keys: told, prints: 'entry cmd' },
  {
    name: 'command, a line without a shell',
    keys: `${told}\ncommand: a "b  c" '*' $$HOME`,
    prints: 'entry a b  c * $HOME',
  },
  {
    name: 'command, a line with backslashes',
    keys: `${told}\ncommand: a\\ b "c\\"d" 'e\\f' g""h\\tx ''`,
    prints: 'entry a b c"d e\\f gh\tx ',
  },
  { name: 'command, a list', keys: `${told}\ncommand: ['a  b', '$$HOME']`, prints: 'entry a  b $HOME' },
  { name: 'command, null', keys: `${told}\ncommand: null`, prints: 'entry cmd' },
  { name: 'command, an empty list', keys: `${told}\ncommand: []`, prints: 'entry' },
  { name: 'command, an empty line', keys: `${told}\ncommand: ''`, prints: 'entry' },
  { name: 'entrypoint, a line', keys: `${told}\nentrypoint: echo 'my own'`, prints: 'my own' },
  { name: 'entrypoint, a list', keys: `${told}\nentrypoint: [echo, my]\ncommand: own`, prints: 'my own' },
  { name: 'entrypoint, null', keys: `${told}\nentrypoint: null`, prints: 'entry cmd' },
  { name: 'entrypoint, an empty list keeps the command', keys: 'image: pair\nentrypoint: []', prints: 'alone' },
  { name: 'entrypoint, an empty line', keys: "image: pair\nentrypoint: ''", prints: 'alone' },
  { name: 'entrypoint, empty, with a command', keys: `${told}\nentrypoint: []\ncommand: echo bare`, prints: 'bare' },
  { name: 'entrypoint, an empty word', keys: `${told}\nentrypoint: ['']\ncommand: [echo, bare]`, prints: 'bare' },
];

const show = (...names: string[]) => names.map((name) => `echo "${name}=\${${name}-unset}"`).join('; ');
const shell = `${told}\nentrypoint: []`;

const environment: readonly Row[] = [
  {
    name: 'environment, none: defaults and the image',
    keys: shell,
    run: `${show('FROM_IMAGE', 'BOTH', 'PATH', 'HOME', 'TERM')}; [ "$HOSTNAME" = "$(hostname)" ] && echo named`,
    prints:
      'FROM_IMAGE=image\nBOTH=image\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nHOME=/root\nTERM=unset\nnamed',
  },
  {
    name: 'environment, a map',
    keys: `${shell}\nenvironment: { BOTH: service, EMPTY: '', NUMBER: 1, TRUTH: true, DOLLAR: $$x }`,
    run: show('BOTH', 'EMPTY', 'NUMBER', 'TRUTH', 'DOLLAR', 'FROM_IMAGE'),
    prints: 'BOTH=service\nEMPTY=\nNUMBER=1\nTRUTH=true\nDOLLAR=$x\nFROM_IMAGE=image',
  },
  {
    name: 'environment, a list',
    keys: `${shell}\nenvironment: ['BOTH=service', 'EMPTY=', 'EQUALS=a=b', "SPACES=[ a ]"]`,
    run: show('BOTH', 'EMPTY', 'EQUALS', 'SPACES'),
    prints: 'BOTH=service\nEMPTY=\nEQUALS=a=b\nSPACES=[ a ]',
  },
  {
    name: 'environment, null takes the caller’s or that of .env',
    keys: `${shell}\nenvironment: { BERTHTEST_CALLER: , FROM_DOTENV: null }`,
    run: show('BERTHTEST_CALLER', 'FROM_DOTENV'),
    prints: 'BERTHTEST_CALLER=caller\nFROM_DOTENV=dotenv',
  },
  {
    name: 'environment, null that nobody has takes the image’s away',
    keys: `${shell}\nenvironment: [FROM_IMAGE, NOBODYS]`,
    run: show('FROM_IMAGE', 'NOBODYS'),
    prints: 'FROM_IMAGE=unset\nNOBODYS=unset',
  },
  { name: 'environment, its HOME', keys: 'environment: { HOME: /tmp }', run: show('HOME'), prints: 'HOME=/tmp' },
  {
    name: 'environment, nothing of the caller’s beside it',
    run: show('BERTHTEST_CALLER', 'FROM_DOTENV', 'NODE_OPTIONS', 'SHLVL_'),
    prints: 'BERTHTEST_CALLER=unset\nFROM_DOTENV=unset\nNODE_OPTIONS=unset\nSHLVL_=unset',
  },
  {
    name: 'env_file, one',
    keys: `${shell}\nenv_file: one.env`,
    run: show('ONE', 'SHARED', 'QUOTED', 'COMMENTED', 'EXPORTED'),
    prints: 'ONE=one\nSHARED=one\nQUOTED=two words\nCOMMENTED=a\nEXPORTED=yes',
  },
  {
    name: 'env_file, several: the later wins, and environment over all',
    keys: `${shell}\nenv_file: [one.env, ./two.env, { path: gone.env, required: false }, { path: raw.env, format: raw }]\nenvironment: { ONE: mine }`,
    run: show('ONE', 'TWO', 'SHARED', 'EXPANDED', 'LITERAL', 'RAW', 'FROM_IMAGE'),
    prints: 'ONE=mine\nTWO=two\nSHARED=two\nEXPANDED=one-two\nLITERAL=${ONE}\nRAW="${ONE}" # kept\nFROM_IMAGE=image',
  },
  {
    name: 'env_file, null in environment unsets what it gives',
    keys: `${shell}\nenv_file: one.env\nenvironment: [ONE]`,
    run: show('ONE', 'SHARED'),
    prints: 'ONE=unset\nSHARED=one',
  },
];

const who = 'id -u; id -g; echo $(grep ^Groups: /proc/self/status); echo $HOME';

const users: readonly Row[] = [
  { name: 'working_dir, the image’s', keys: shell, run: 'pwd', prints: '/srv/image' },
  { name: 'working_dir, its own', keys: `${shell}\nworking_dir: /data`, run: 'pwd', prints: '/data' },
  {
    name: 'working_dir, a missing one is made',
    keys: 'working_dir: /new/deep\nuser: guest',
    run: "pwd; stat -c '%u:%g %a' . ..",
    prints: '/new/deep\n0:0 755\n0:0 755',
  },
  { name: 'user, none', run: who, prints: '0\n0\nGroups: 0\n/root' },
  { name: 'user, the image’s', keys: 'image: guests', run: who, prints: '1000\n1000\nGroups: 50 1000\n/image' },
  { name: 'user, a name', keys: 'user: guest', run: who, prints: '1000\n1000\nGroups: 50 1000\n/home/guest' },
  { name: 'user, a known uid', keys: "user: '1000'", run: who, prints: '1000\n1000\nGroups: 50 1000\n/home/guest' },
  { name: 'user, an unknown uid', keys: "user: '4711'", run: who, prints: '4711\n0\nGroups: 0\n/' },
  { name: 'user, uid:gid', keys: "user: '1000:4712'", run: who, prints: '1000\n4712\nGroups: 4712\n/home/guest' },
  { name: 'user, name:group', keys: 'user: guest:audio', run: who, prints: '1000\n29\nGroups: 29\n/home/guest' },
  {
    name: 'user, root over the image’s',
    keys: 'image: guests\nuser: root',
    run: who,
    prints: '0\n0\nGroups: 0\n/image',
  },
  {
    name: 'group_add, names and numbers',
    keys: "user: guest\ngroup_add: [audio, 4713, '50']",
    run: who,
    prints: '1000\n1000\nGroups: 29 50 1000 4713\n/home/guest',
  },
  {
    name: 'group_add, beside uid:gid',
    keys: "user: '5:6'\ngroup_add: [staff]",
    run: who,
    prints: '5\n6\nGroups: 6 50\n/',
  },
];

const names =
  'hostname; cat /etc/hostname; echo $HOSTNAME; cat /proc/sys/kernel/domainname; grep ^127.0.1.1 /etc/hosts';

const namesAndStreams: readonly Row[] = [
  {
    name: 'hostname, none',
    run: '[ "$(hostname)" = "$(cat /etc/hostname)" ] && hostname; grep -c "$(hostname)" /etc/hosts',
    prints: /^[0-9a-f]{12}\n1$/,
  },
  { name: 'hostname', keys: 'hostname: web', run: names, prints: 'web\nweb\nweb\n(none)\n127.0.1.1\tweb' },
  {
    name: 'domainname',
    keys: 'hostname: web\ndomainname: example.org',
    run: names,
    prints: 'web\nweb\nweb\nexample.org\n127.0.1.1\tweb.example.org web',
  },
  {
    name: 'hostname, with dots',
    keys: 'hostname: web.example.org',
    run: names,
    prints: 'web.example.org\nweb.example.org\nweb.example.org\n(none)\n127.0.1.1\tweb.example.org web',
  },
  {
    name: 'extra_hosts, a list',
    keys: "extra_hosts: ['one=10.0.0.1', 'two:10.0.0.2', 'six=[::1]', 'seven:::7']",
    run: "grep -E 'one|two|six|seven' /etc/hosts",
    prints: '10.0.0.1\tone\n10.0.0.2\ttwo\n::1\tsix\n::7\tseven',
  },
  {
    name: 'extra_hosts, a map',
    keys: "extra_hosts: { one: 10.0.0.1, more: [10.0.0.2, '::2'] }",
    run: "grep -E 'one|more' /etc/hosts",
    prints: '10.0.0.1\tone\n10.0.0.2\tmore\n::2\tmore',
  },
  {
    name: 'extra_hosts, in the host’s network',
    keys: "extra_hosts: ['one=10.0.0.1']\nnetwork_mode: host",
    run: 'tail -n 1 /etc/hosts; hostname',
    prints: `10.0.0.1\tone\n${hostname()}`,
  },
  {
    name: 'nothing of the caller: umask, signals, descriptors',
    run: 'umask; grep -E "^Sig(Blk|Ign):" /proc/self/status; ls /proc/self/fd | wc -l',
    prints: '0022\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n4',
  },
  { name: 'init, false', keys: 'init: false', run: 'echo $$', prints: '1' },
  {
    name: 'init, reaps',
    keys: 'init: true',
    run: '[ $$ -gt 1 ] && echo second; (sleep 0.01 &); while [ $(grep -l "^PPid:.1$" /proc/[0-9]*/status 2>/dev/null | wc -l) -gt 1 ]; do :; done; echo reaped',
    prints: 'second\nreaped',
  },
  {
    name: 'tty, false',
    keys: 'tty: false',
    run: 'for fd in 0 1 2; do [ -t $fd ] && echo $fd; done; readlink /proc/self/fd/0',
    prints: '/dev/null',
  },
  {
    name: 'tty',
    keys: 'tty: true',
    run: 'tty; for fd in 0 1 2; do [ -t $fd ] && echo $fd; done; echo $TERM; [ -c /dev/console ] && echo console; : > /dev/tty && echo controlling',
    prints: '/dev/pts/0\n0\n1\n2\nxterm\nconsole\ncontrolling',
  },
  {
    name: 'tty, belongs to its user',
    keys: 'tty: true\nuser: guest',
    run: 'stat -c %u /dev/pts/0; (: > /dev/tty) && (: > /proc/self/fd/1) && echo open',
    prints: '1000\nopen',
  },
  {
    name: 'tty, with init',
    keys: 'tty: true\ninit: true',
    run: 'tty; : > /dev/tty && echo controlling',
    prints: '/dev/pts/0\ncontrolling',
  },
  { name: 'stdin_open, false', run: 'cat; echo ended', prints: 'ended' },
  {
    name: 'stdin_open',
    keys: 'stdin_open: true',
    run: '[ -t 0 ] || readlink /proc/self/fd/0',
    prints: /^(pipe|socket):/,
  },
  {
    name: 'stdin_open, with tty',
    keys: 'stdin_open: true\ntty: true',
    run: 'readlink /proc/self/fd/0',
    prints: '/dev/pts/0',
  },
];

/** What runs, as whom, with what around it. */
export const processGroup: Group = {
  rows: [...commands, ...environment, ...users, ...namesAndStreams],
  images: IMAGES,
  prepare,
};
