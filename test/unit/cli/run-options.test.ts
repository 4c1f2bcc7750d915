import { describe, expect, it } from 'vitest';
import { oneOffService, type RunRequest } from '../../../src/cli/run-options.js';
import { service, stack, volume } from '../../support/model.js';

const web = service('web', {
  command: ['serve'],
  environment: { A: '1', B: '2' },
  replicas: 3,
  restart: { policy: 'always', maxAttempts: 0, delayMs: null, windowMs: null },
  mounts: [{ type: 'tmpfs', target: '/data', sizeBytes: null, mode: null, options: [] }],
});
const shop = stack([web], { volumes: [volume('data')] });

function oneOff(over: Partial<RunRequest>) {
  return oneOffService(web, shop, {
    command: [],
    entrypoint: null,
    env: [],
    volumes: [],
    user: null,
    workdir: null,
    tty: false,
    stdin: true,
    cwd: '/home/me',
    ...over,
  });
}

describe('a one-off container', () => {
  it('is one and is not restarted', () => {
    const made = oneOff({});
    expect([made.replicas, made.restart.policy, made.command, made.stdinOpen]).toEqual([1, 'no', ['serve'], true]);
  });

  it('takes a command in place of its own', () => {
    expect(oneOff({ command: ['sh', '-c', 'true'] }).command).toEqual(['sh', '-c', 'true']);
  });

  it('passes none of its arguments to another entrypoint', () => {
    const made = oneOff({ entrypoint: ['env'] });
    expect([made.entrypoint, made.command]).toEqual([['env'], []]);
  });

  it('has variables on top', () => {
    expect(oneOff({ env: ['B=x=y', 'C='] }).environment).toEqual({ A: '1', B: 'x=y', C: '' });
  });

  it('mounts volumes of the file, directories and new ones, in place of what was there', () => {
    const mounts = oneOff({ volumes: ['data:/data:ro', './here:/src/', '/anonymous'] }).mounts;
    expect(mounts.map((mount) => [mount.target, mount.type === 'bind' ? mount.source : mount.type])).toEqual([
      ['/anonymous', 'volume'],
      ['/data', 'volume'],
      ['/src', '/home/me/here'],
    ]);
    expect(mounts[1]).toMatchObject({ volume: 'data', readOnly: true });
  });

  it.each([
    ['other:/data', "uses a volume 'other'"],
    ['data:relative', 'expected an absolute path'],
    ['data:/', 'expected an absolute path'],
    ['data:/data:rx', "unknown option 'rx'"],
    [':/data', 'expected [SOURCE:]TARGET[:OPTIONS]'],
    ['a:/b:ro:c', 'expected [SOURCE:]TARGET[:OPTIONS]'],
  ])('refuses -v %s', (text, reason) => {
    expect(() => oneOff({ volumes: [text] })).toThrow(reason);
  });
});
