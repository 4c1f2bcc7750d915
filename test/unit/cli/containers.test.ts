import { describe, expect, it } from 'vitest';
import { type ContainerFacts, containerJson, containerRow, statusText } from '../../../src/cli/containers.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');

const web: ContainerFacts = {
  id: 'ab'.repeat(32),
  name: 'shop-web-1',
  stack: 'shop',
  service: 'web',
  image: 'redis:7',
  command: ['redis-server', '--save', '60', '1'],
  labels: { 'com.docker.compose.project': 'shop', tier: 'front' },
  mounts: ['shop_data', '/srv'],
  localVolumes: 1,
  status: 'running',
  health: 'healthy',
  pid: 4711,
  exitCode: null,
  createdAt: '2026-03-01T10:59:59.123456789Z',
  startedAt: '2026-03-01T11:55:00Z',
  finishedAt: null,
};

describe('containerJson', () => {
  it('has the fields of docker compose and Pid', () => {
    expect(containerJson(web, NOW, false)).toEqual({
      Command: '"redis-server --save…"',
      CreatedAt: '2026-03-01 10:59:59 +0000 UTC',
      ExitCode: 0,
      Health: 'healthy',
      ID: 'abababababab',
      Image: 'redis:7',
      Labels: 'com.docker.compose.project=shop,tier=front',
      LocalVolumes: '1',
      Mounts: 'shop_data,/srv',
      Name: 'shop-web-1',
      Names: 'shop-web-1',
      Networks: '',
      Pid: 4711,
      Ports: '',
      Project: 'shop',
      Publishers: [],
      RunningFor: 'About an hour ago',
      Service: 'web',
      Size: '0B',
      State: 'running',
      Status: 'Up 5 minutes (healthy)',
    });
  });

  it('cuts nothing with full ids', () => {
    const json = containerJson(web, NOW, true);
    expect(json.ID).toHaveLength(64);
    expect(json.Command).toBe('"redis-server --save 60 1"');
  });
});

describe('statusText', () => {
  const at = { finishedAt: '2026-03-01T11:58:00Z', health: 'none' } as const;
  it.each<[Partial<ContainerFacts>, string]>([
    [{ health: 'none' }, 'Up 5 minutes'],
    [{ health: 'starting' }, 'Up 5 minutes (health: starting)'],
    [{ health: 'unhealthy' }, 'Up 5 minutes (unhealthy)'],
    [{ status: 'paused' }, 'Up 5 minutes (Paused)'],
    [{ status: 'exited', exitCode: 137, ...at }, 'Exited (137) 2 minutes ago'],
    [{ status: 'exited', exitCode: null, finishedAt: null }, 'Exited'],
    [{ status: 'restarting', exitCode: 1, ...at }, 'Restarting (1) 2 minutes ago'],
    [{ status: 'created' }, 'Created'],
    [{ status: 'dead' }, 'Dead'],
  ])('%j is %s', (change, expected) => {
    expect(statusText({ ...web, ...change }, NOW)).toBe(expected);
  });
});

describe('containerRow', () => {
  it('lets no control character through to the terminal', () => {
    expect(containerRow({ ...web, command: ['\u001b[2J'] }, NOW, false)[2]).toBe('"\\x1b[2J"');
  });
});
