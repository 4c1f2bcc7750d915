import { describe, expect, test } from 'vitest';
import { emptyConfig, finishConfig, mergeEnv } from '../../../src/build/config.js';
import { installCommand, mmdebstrapArguments } from '../../../src/build/debian.js';
import type { ImageRunConfig } from '../../../src/image/config.js';
import type { ImageConfigPatch } from '../../../src/stack/model.js';
import { image } from '../../support/model.js';

const base: ImageRunConfig = {
  Entrypoint: ['/entry'],
  Cmd: ['a'],
  Env: ['A=1', 'B=2'],
  Labels: { x: '1' },
  User: 'web',
};

function patched(patch: Partial<ImageConfigPatch>): ImageRunConfig {
  const { config } = image('app');
  return finishConfig({ ...emptyConfig(), config: base }, { ...config, ...patch }, 'sha256:in').config;
}

describe('config over the base', () => {
  test('nothing said: the base’s', () => {
    expect(patched({})).toEqual(base);
  });

  test('maps are added to, an entrypoint drops the command', () => {
    expect(patched({ entrypoint: ['/new'], env: { B: '3', C: '' }, labels: { y: '2' }, volumes: ['/data'] })).toEqual({
      Entrypoint: ['/new'],
      Env: ['A=1', 'B=3', 'C='],
      Labels: { x: '1', y: '2' },
      User: 'web',
      Volumes: { '/data': {} },
    });
  });

  test('a health check in the image’s own form', () => {
    const never = { disable: false, timeoutMs: null, startPeriodMs: null, startIntervalMs: null };
    const healthcheck = { ...never, test: ['/bin/sh', '-c', 'true'], intervalMs: 1500, retries: 2 };
    const expected = { Test: ['CMD', '/bin/sh', '-c', 'true'], Interval: 1_500_000_000, Retries: 2 };
    expect(patched({ healthcheck }).Healthcheck).toEqual(expected);
    expect(patched({ healthcheck: { ...healthcheck, disable: true } }).Healthcheck).toEqual({ Test: ['NONE'] });
  });

  test('images of different inputs differ', () => {
    const { config } = image('app');
    expect(finishConfig(emptyConfig(), config, 'sha256:a')).not.toEqual(
      finishConfig(emptyConfig(), config, 'sha256:b'),
    );
  });

  test('a variable keeps its place', () => {
    expect(mergeEnv(['PATH=/bin', 'X=a=b'], { PATH: '/sbin' })).toEqual(['PATH=/sbin', 'X=a=b']);
  });
});

describe('debian', () => {
  test('mmdebstrap is told suite, packages, variant and mirror', () => {
    const debian = {
      kind: 'debian',
      suite: 'bookworm',
      packages: ['a', 'b'],
      mirror: 'http://m/',
      variant: 'minbase',
    } as const;
    const args = mmdebstrapArguments(debian);
    expect(args).toEqual(expect.arrayContaining(['--variant=minbase', '--include=a,b', '--format=tar']));
    expect(args.slice(-3)).toEqual(['bookworm', '-', 'http://m/']);
  });

  test('installing leaves no lists, and names are no shell text', () => {
    expect(installCommand(["a='$x'"])).toContain(` 'a='\\''$x'\\''' && `);
    expect(installCommand(['redis'])).toMatch(
      /install -y .* 'redis' && apt-get clean && rm -rf \/var\/lib\/apt\/lists/,
    );
  });
});
