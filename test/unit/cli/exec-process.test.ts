import { describe, expect, it } from 'vitest';
import { type ExecRequest, environmentLines, execProcess } from '../../../src/cli/exec-process.js';
import { allCapabilities, toCapabilities } from '../../../src/oci/capabilities.js';
import type { Process } from '../../../src/oci/spec.js';
import { service } from '../../support/model.js';

const web = service('web');
const own: Process = {
  terminal: true,
  user: { uid: 0, gid: 0, additionalGids: [] },
  args: ['serve'],
  env: ['PATH=/bin', 'HOME=/root'],
  cwd: '/srv',
  capabilities: toCapabilities(web, 0, new Set(allCapabilities)),
  rlimits: [],
  noNewPrivileges: false,
};
const asked: ExecRequest = {
  args: ['id'],
  env: [],
  workdir: null,
  identity: null,
  tty: false,
  privileged: false,
};

describe('the process of exec', () => {
  it("is the container's, with another command", () => {
    expect(execProcess(own, web, asked)).toEqual({ ...own, terminal: false, args: ['id'] });
  });

  it('of another user has its home and none of the held capabilities', () => {
    const identity = { uid: 33, gid: 33, groups: [44], home: '/var/www' };
    const made = execProcess(own, web, { ...asked, identity });
    expect(made.user).toEqual({ uid: 33, gid: 33, additionalGids: [44] });
    expect(made.env).toContain('HOME=/var/www');
    expect(made.capabilities?.effective).toEqual([]);
  });

  it.each([
    [{ HOME: '/tmp' }, 'HOME=/root'],
    [{ HOME: null }, 'HOME=/var/www'],
  ])('of another user keeps the home that the file gives: %o', (environment, home) => {
    const identity = { uid: 33, gid: 33, groups: [33], home: '/var/www' };
    expect(execProcess(own, { ...web, environment }, { ...asked, identity }).env).toContain(home);
  });

  it('has all capabilities on request', () => {
    expect(execProcess(own, web, { ...asked, privileged: true }).capabilities?.effective).toContain('CAP_SYS_ADMIN');
  });

  it('has variables of its own on top, and a terminal type where it has a terminal', () => {
    const made = execProcess(own, web, { ...asked, tty: true, env: ['PATH=/x', 'A=b=c'], workdir: '/tmp' });
    expect([made.env, made.cwd]).toEqual([['TERM=xterm', 'PATH=/x', 'HOME=/root', 'A=b=c'], '/tmp']);
  });

  it('takes variables that are only named from ours', () => {
    expect(environmentLines(['A', 'B', 'C=3'], { A: '1' })).toEqual(['A=1', 'C=3']);
  });
});
