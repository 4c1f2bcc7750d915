import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Identity, lookUpIdentity } from '../../../src/linux/identity.js';

// Who a process is, by an image's own files (CVE-2024-40635, -2026-46680, -2026-30892, -2026-47262): numbers that wrap
// round to root, names that look like numbers, files that never end.

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'berthtest-users-'));
  mkdirSync(join(dir, 'etc'));
});

afterEach(() => rmSync(dir, { recursive: true }));

function lookUp(user: string, passwd = 'root:x:0:0::/root:/bin/sh\n', group = 'root:x:0:\n'): Identity {
  writeFileSync(join(dir, 'etc/passwd'), passwd);
  writeFileSync(join(dir, 'etc/group'), group);
  return identityOf(user);
}

function identityOf(user: string): Identity {
  return lookUpIdentity({ dirs: [dir], isOpaque: () => false }, user, []);
}

describe('a user that is no number and no name', () => {
  it.each(['-1', '0x0', '+0', ' 0', '0 ', '1e3', '0.0', '٠', '1:-1', '0x10:0', ':-0', '1:+1', 'root\n', 'a:b:c'])(
    '%j is an error',
    (user) => expect(() => lookUp(user)).toThrow('look up '),
  );

  it.each(['2147483648', '4294967295', '4294967296', '18446744073709551616', '1:4294967296', `${'9'.repeat(400)}`])(
    '%s is out of range',
    (user) => expect(() => lookUp(user)).toThrow('ids go up to 2147483647'),
  );

  it('the control: a reader that is not careful takes some of them for root', () => {
    expect(Number('0x0')).toBe(0);
    expect(Number('4294967296') >>> 0).toBe(0);
    expect(Number.parseInt('0 ', 10)).toBe(0);
  });
});

describe('an image whose passwd', () => {
  it('has a number for a name gives that line, never root', () => {
    expect(lookUp('1000', '1000:x:0:0::/:/bin/sh\nreal:x:1000:5::/:/bin/sh\n').uid).toBe(0);
    expect(() => lookUp('4294967296', 'root:x:0:0::/:\n4294967297:x:0:0::/:\n')).toThrow('ids go up to');
  });

  it.each(['root:x:4294967296:0::/:', 'root:x:-1:0::/:', 'root:x:0x0:0::/:', 'root:x: 0:0::/:', 'root:x::::', 'root'])(
    'has a line that is no entry, %j, does not know that user',
    (line) => expect(() => lookUp('root', `${line}\n`)).toThrow("not in the image's /etc/passwd"),
  );

  it('has a huge line, or is huge, is refused before it is read', () => {
    expect(() => lookUp('guest', `${'x'.repeat(50 << 20)}\n`)).toThrow('expected at most');
    writeFileSync(join(dir, 'etc/passwd'), '');
    truncateSync(join(dir, 'etc/passwd'), 2 ** 31);
    const before = process.memoryUsage().rss;
    expect(() => identityOf('guest')).toThrow('expected at most');
    expect(process.memoryUsage().rss - before).toBeLessThan(64 << 20);
  });

  it.each(['passwd', 'group'])(
    'is a fifo, a device, a directory, a link out or a loop: %s is taken for absent',
    (name) => {
      const path = join(dir, 'etc', name);
      const outside = join(dir, '../berthtest-outside-passwd');
      const makers: Readonly<Record<string, () => void>> = {
        fifo: () => execFileSync('mkfifo', [path]),
        'endless device': () => execFileSync('mknod', [path, 'c', '1', '5']),
        directory: () => mkdirSync(path),
        'link to an endless device': () => symlinkSync('/dev/zero', path),
        'link out': () => symlinkSync('../../berthtest-outside-passwd', path),
      };
      writeFileSync(outside, 'evil:x:7:7::/:\n');
      try {
        for (const [what, make] of Object.entries(makers)) {
          lookUp('0');
          rmSync(path);
          make();
          expect(identityOf('5').uid, what).toBe(5);
          expect(() => identityOf('evil:evil'), what).toThrow('look up ');
          rmSync(path, { recursive: true });
        }
        symlinkSync(name, path);
        expect(() => identityOf('5')).toThrow('more than 40 symbolic links');
      } finally {
        rmSync(outside);
      }
    },
  );

  it('the control: who reads a fifo waits for ever, and an endless device never ends', () => {
    execFileSync('mkfifo', [join(dir, 'fifo')]);
    expect(() => execFileSync('cat', [join(dir, 'fifo')], { timeout: 300 })).toThrow('ETIMEDOUT');
    expect(() => execFileSync('cat', ['/dev/zero'], { maxBuffer: 1 << 20 })).toThrow('ENOBUFS');
  });
});
