import { describe, expect, it } from 'vitest';
import { unitText } from '../../../src/cli/systemd-unit.js';

describe('the unit of boot enable', () => {
  it('runs boot once, and keeps its hands off containers', () => {
    const text = unitText({
      command: ['/usr/bin/node', '/opt/berth/dist/berth.cjs'],
      root: '/var/lib/berth',
      run: '/run/berth',
    });
    expect(text).toContain(
      '\nExecStart=/usr/bin/node /opt/berth/dist/berth.cjs --root /var/lib/berth --run /run/berth boot\n',
    );
    expect(text).toContain('\nRequiresMountsFor=/var/lib/berth\n');
    expect(text).toContain('\nKillMode=process\n');
    expect(text).toContain('\nWantedBy=multi-user.target\n');
  });

  it.each([
    ['/srv/my stacks', '"/srv/my stacks"'],
    ['/srv/100%', '/srv/100%%'],
    ['/srv/$HOME', '"/srv/$$HOME"'],
    ['/srv/a"b', '"/srv/a\\"b"'],
  ])('quotes %s as systemd reads it', (root, expected) => {
    expect(unitText({ command: ['/n', '/b'], root, run: '/run' })).toContain(` --root ${expected} --run /run boot`);
  });
});
