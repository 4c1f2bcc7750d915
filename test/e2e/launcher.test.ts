import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { type FreshCheckout, withFreshCheckout } from '../support/checkout.js';
import { withTerminal } from '../support/terminal.js';

const patience = { timeout: 60_000 };
const FAKES = ['dpkg-query', 'apt-get', 'sudo', 'npm'];
const BY_HAND = 'berth: install these first: apt-get install --no-install-recommends berthtest-one berthtest-two\n';
const INSTALL = /^apt-get -o DPkg::Lock::Timeout=300 install .* berthtest-one berthtest-two$/;

function launch({ command, dir }: FreshCheckout, wrapper = '') {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', `${wrapper} ${command} version`], {
    cwd: dir,
    encoding: 'utf8',
    input: '',
  });
  return { code: status, stdout, stderr };
}

describe('the launcher on a terminal', () => {
  it('asks before it installs packages; told no, it names them and leaves everything as it was', () =>
    withFreshCheckout(FAKES, (checkout) =>
      withTerminal(`${checkout.command} version`, checkout.dir, async ({ screen, type }) => {
        const question = 'berth: install berthtest-one berthtest-two with apt-get? [y/N]';
        await vi.waitFor(() => expect(screen()).toContain(question), patience);
        type('n', 'Enter');
        await vi.waitFor(() => expect(screen()).toContain('exit code 1'), patience);
        expect(screen().replaceAll(/\s+/g, ' ')).toContain(BY_HAND.trim());
        expect(checkout.calls()).toEqual([]);
        expect(checkout.isReady()).toBe(false);
      }),
    ));

  it('installs, builds and starts, told yes; after that it only starts', () =>
    withFreshCheckout(FAKES, (checkout) =>
      withTerminal(`${checkout.command} up -d`, checkout.dir, async ({ screen, type }) => {
        await vi.waitFor(() => expect(screen()).toContain('[y/N]'), patience);
        type('y', 'Enter');
        await vi.waitFor(() => expect(screen()).toContain('exit code 0'), patience);
        expect(screen()).toContain('started with up -d');
        const calls = checkout.calls();
        expect(calls).toEqual([
          expect.stringMatching(/^apt-get .* update -qq$/),
          expect.stringMatching(INSTALL),
          expect.stringMatching(/^npm ci /),
          'npm run --silent build',
        ]);
        expect(launch(checkout)).toEqual({ code: 0, stdout: 'started with version\n', stderr: '' });
        expect(checkout.calls()).toEqual(calls);
      }),
    ));
});

describe('the launcher without a terminal', () => {
  it('says what it installs', () =>
    withFreshCheckout(FAKES, (checkout) => {
      const { code, stdout, stderr } = launch(checkout);
      expect(stderr).toContain('berth: installing berthtest-one berthtest-two\n');
      expect(stdout).toBe('started with version\n');
      expect(code).toBe(0);
      expect(checkout.calls()).toContainEqual(expect.stringMatching(INSTALL));
    }));

  it('says what is missing where it may not install, and does nothing', () =>
    withFreshCheckout(FAKES, (checkout) => {
      const nobody = 'setpriv --reuid=65534 --regid=65534 --clear-groups';
      expect(launch(checkout, nobody)).toEqual({ code: 1, stdout: '', stderr: BY_HAND });
      expect(checkout.calls()).toEqual(['sudo -n true']);
      expect(checkout.isReady()).toBe(false);
    }));

  it('says what it could not install', () =>
    withFreshCheckout(FAKES, (checkout) => {
      writeFileSync(join(checkout.dir, 'tools/apt-get'), '#!/bin/sh\necho "E: no such package" >&2; exit 100\n');
      const { code, stderr } = launch(checkout);
      expect(code).toBe(1);
      expect(stderr).toContain('E: no such package\n');
      expect(stderr.endsWith(BY_HAND)).toBe(true);
    }));
});

/** Packages that apt can get from a directory, and that hold one file each. */
function writeRepository(dir: string, names: readonly string[]): void {
  mkdirSync(dir);
  const entries = names.map((name) => {
    const tree = join(dir, name);
    const control = `Package: ${name}\nVersion: 1\nArchitecture: all\nMaintainer: nobody\nDescription: for a test\n`;
    mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
    mkdirSync(join(tree, 'usr/share', name), { recursive: true });
    writeFileSync(join(tree, 'DEBIAN/control'), control);
    writeFileSync(join(tree, 'usr/share', name, 'file'), `${name}\n`);
    const deb = join(dir, `${name}.deb`);
    execFileSync('dpkg-deb', ['--root-owner-group', '-b', tree, deb]);
    const [sha256 = ''] = execFileSync('sha256sum', [deb], { encoding: 'utf8' }).split(' ');
    return `${control}Filename: ./${name}.deb\nSize: ${statSync(deb).size}\nSHA256: ${sha256}\n`;
  });
  writeFileSync(join(dir, 'Packages'), entries.join('\n'));
}

/** Runs a command on a copy of this machine that nobody else sees: what is written to its root is gone with it. */
const ON_A_COPY = `
mount -t tmpfs tmpfs "$1/machine" && cd "$1/machine" && mkdir upper work root &&
mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root &&
mount -t proc proc root/proc && mount --rbind /dev root/dev && mkdir -p "root$1" && mount --bind "$1" "root$1" &&
rm -rf root/etc/apt/sources.list root/etc/apt/sources.list.d/* root/var/lib/apt/lists/* &&
echo "deb [trusted=yes] file:$1/repository ./" >root/etc/apt/sources.list &&
chroot root sh -c "$2"`;

describe('the launcher with the real apt-get', () => {
  it('installs the packages that are missing', async (ctx) => {
    if (spawnSync('apt-get', ['--version']).status !== 0) ctx.skip('no apt-get on this machine');
    await withFreshCheckout(['npm'], ({ dir, command }) => {
      writeRepository(join(dir, 'repository'), ['berthtest-one', 'berthtest-two']);
      mkdirSync(join(dir, 'machine'));
      const script = `${command} version && dpkg-query -W berthtest-one berthtest-two && cat /usr/share/berthtest-*/file`;
      const { status, stdout, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', ON_A_COPY, 'sh', dir, script], {
        encoding: 'utf8',
        input: '',
      });
      expect({ status, stderr }).toMatchObject({ status: 0 });
      expect(stdout).toBe('started with version\nberthtest-one\t1\nberthtest-two\t1\nberthtest-one\nberthtest-two\n');
      expect(existsSync('/usr/share/berthtest-one')).toBe(false);
      expect(spawnSync('dpkg-query', ['-W', 'berthtest-one']).status).toBe(1);
    });
  });
});
