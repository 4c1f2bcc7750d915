import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AttackBench, lackingRunc } from '../../support/attacks.js';

// Images in which what a runtime makes, mounts or binds is a symlink (CVE-2026-41579, -47766, 2019-16884, 2019-19921,
// 2023-27561, 2024-45310): absolute, relative, and to itself.

let bench: AttackBench;

beforeEach(() => {
  bench = new AttackBench();
});

afterEach(() => bench.close());

const TARGETS = {
  absolute: (outside: string) => outside,
  relative: () => '../../outside',
  'far up': (outside: string) => `${'../'.repeat(40)}${outside.slice(1)}`,
  looping: (_outside: string, name: string) => name,
} as const;

const PLACES = ['dev', 'proc', 'sys', 'etc', 'etc/hosts', 'dev/pts', 'dev/null', 'dev/console', 'dev/ptmx', 'work'];

/** A bundle whose image has a link in a place, and no mount hides it. */
function hostileBundle(place: string, target: string): string {
  const name = place.split('/').pop() ?? '';
  const isDevice = place.startsWith('dev');
  const hosts = join(bench.dir, 'hosts');
  writeFileSync(hosts, '127.0.0.1 localhost\n');
  const bundle = bench.bundle({
    cwd: place === 'work' ? '/work/new' : '/',
    args: ['/bin/sh', '-c', 'cat /etc/hosts; cat /dev/secret /etc/secret /sys/secret secret'],
    moreMounts: [{ destination: '/etc/hosts', type: 'bind', source: hosts, options: ['bind'] }],
  });
  const link = join(bundle, 'rootfs', place);
  rmSync(link, { recursive: true, force: true });
  mkdirSync(join(link, '..'), { recursive: true });
  symlinkSync(target === 'self' ? name : target, link);
  if (isDevice) {
    bench.configure(bundle, {
      args: ['/bin/sh', '-c', 'cat /etc/hosts; cat /dev/secret'],
      mounts: [
        { destination: '/proc', type: 'proc', source: 'proc' },
        ...(place === 'dev/pts' ? [{ destination: '/dev/pts', type: 'devpts', source: 'devpts' }] : []),
      ],
    });
  }
  return bundle;
}

it.each(PLACES)('/%s as a symlink touches nothing outside of the image', (place) => {
  const before = bench.outsideNow();
  for (const [what, target] of Object.entries(TARGETS)) {
    const ended = bench.run(hostileBundle(place, target(bench.outside, place.split('/').pop() ?? '')));
    expect(bench.outsideNow(), what).toEqual(before);
    expect(ended.stdout, what).not.toContain('secret of the host');
    // Contained, or refused with the step and the path; never a crash.
    if (ended.code !== 0) expect(ended.stderr, what).toMatch(/^berth-runtime: \S.*\n$|No such file|can't open/);
  }
});

describe('the control', () => {
  it('runc 1.1.5 puts links of /dev into the host for an image whose /dev is a symlink', (ctx) => {
    const lacking = lackingRunc();
    if (lacking !== null) ctx.skip(lacking);
    const before = bench.outsideNow();
    bench.run(hostileBundle('dev', bench.outside), 'runc');
    expect(bench.outsideNow()).not.toEqual(before);
    expect(bench.outsideNow().join('\n')).toContain('ptmx');
  });
});
