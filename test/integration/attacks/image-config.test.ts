import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withBench } from '../../support/cli.js';
import { sha256 } from '../../support/image-archive.js';
import { writeRootfs } from '../../support/rootfs.js';
import { StackHost } from '../../support/stack-host.js';

// What an image says of itself: VOLUME (CVE-2022-23648), WORKDIR, labels that pose as ours (CVE-2026-53488), and programs
// and libraries in it that a careless helper would run for it (CVE-2019-14271, -2026-41567).

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'berthtest-image-'));
  mkdirSync(join(dir, 'outside'));
  writeFileSync(join(dir, 'outside/secret'), 'secret of the host\n');
  writeRootfs(join(dir, 'rootfs'));
  symlinkSync(join(dir, 'outside'), join(dir, 'rootfs/linked'));
  symlinkSync('../../../../../../../../../../../../../..', join(dir, 'rootfs/up'));
});

afterEach(() => rmSync(dir, { recursive: true }));

function image(name: string, config: string): string {
  return `  ${name}:\n    base: { rootfs: ${join(dir, 'rootfs')} }\n    config: ${config}\n`;
}

describe('VOLUME and WORKDIR of an image', () => {
  it('that lead out take nothing from the host', async () => {
    const volumes = ['/linked', `/up${dir}/outside`, `/up/up${dir}/outside`, '/data'];
    const host = new StackHost(
      `berthtestvolumes${process.pid}`,
      image('evil', `{ volumes: ${JSON.stringify(volumes)}, workdir: ${join('/linked', 'made')} }`),
    );
    const script = `pwd; find ${volumes.join(' ')} -name secret; cat secret ../secret /linked/secret; echo end; exec sleep 600`;
    try {
      await host.up(`  web:\n    image: evil\n    command: [sh, -c, '${script} 2>&1']\n    stop_signal: SIGKILL\n`);
      const log = await host.logToEnd('web');
      expect(log).not.toContain('secret of the host');
      expect(existsSync(join(dir, 'outside/made'))).toBe(false);
    } finally {
      await host.close();
    }
  });

  it.each(['/../../etc', '/a/../../etc', 'etc', '', '/proc', '/proc/sys'])('as %j', async (volume) => {
    const host = new StackHost(
      `berthtestvolume${process.pid}`,
      image('evil', `{ volumes: [${JSON.stringify(volume)}] }`),
    );
    try {
      const up = host.up(
        '  web:\n    image: evil\n    command: [sh, -c, "cat /etc/hostname /etc/shadow; echo end; exec sleep 600"]\n    stop_signal: SIGKILL\n',
      );
      const failed = await up.then(
        () => null,
        (error: unknown) => String(error),
      );
      if (failed === null) {
        const log = await host.logToEnd('web');
        expect(log).not.toContain('root:*');
        expect(log).not.toContain(readFileSync('/etc/shadow', 'utf8').split('\n')[0]);
      } else {
        expect(failed).toMatch(/\/proc|volume|path/i);
      }
    } finally {
      await host.close();
    }
  });
});

/** A docker-archive of the image `evil`, a busybox whose config has these labels. @returns its path */
function archiveWithLabels(labels: Readonly<Record<string, string>>): string {
  execFileSync('tar', ['-C', join(dir, 'rootfs'), '-cf', join(dir, 'layer.tar'), '.']);
  const diffId = sha256(readFileSync(join(dir, 'layer.tar')));
  const config = JSON.stringify({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Labels: labels },
    rootfs: { type: 'layers', diff_ids: [diffId] },
  });
  writeFileSync(join(dir, 'config.json'), config);
  const manifest = [{ Config: 'config.json', RepoTags: ['evil:latest'], Layers: ['layer.tar'] }];
  writeFileSync(join(dir, 'manifest.json'), JSON.stringify(manifest));
  execFileSync('tar', ['-C', dir, '-cf', join(dir, 'image.tar'), 'manifest.json', 'config.json', 'layer.tar']);
  return join(dir, 'image.tar');
}

describe('labels of an image', () => {
  it('that pose as ours change nothing: another stack neither sees nor removes its container', () => {
    const labels = {
      'com.docker.compose.project': 'berthtestlabels2',
      'com.docker.compose.service': 'web',
      'com.docker.compose.config-hash': 'x',
      'com.docker.compose.oneoff': 'True',
      'com.docker.compose.container-number': '7',
      'com.docker.volume.anonymous': '',
      'berth.stack': 'berthtestlabels2',
    };
    const service = (image: string) => `services:
  web:
    image: ${image}
    command: [sleep, '600']
    network_mode: none
    stop_signal: SIGKILL
`;
    return withBench('berthtestlabels1', async ({ write, berth, ok }) => {
      write(service('evil'), `  evil:\n    base: { archive: ${archiveWithLabels(labels)} }\n`);
      write(service('box'), '', 'other.yaml');
      const other = async (...args: string[]) => berth(['-p', 'berthtestlabels2', '-f', 'other.yaml', ...args]);
      await ok('up', '-d');
      try {
        expect((await other('ps', '-q', '-a')).stdout).toBe('');
        expect((await other('up', '-d')).code).toBe(0);
        expect((await other('down', '-v', '--remove-orphans', '-t', '0')).code).toBe(0);
      } finally {
        await other('down', '-v', '-t', '0');
      }
      expect(await ok('ps', '-q')).not.toBe('');
      const text = await ok('inspect', 'web');
      // The control: the image's labels are the container's, but for those that are ours to give.
      expect(text).toContain('"berth.stack": "berthtestlabels2"');
      expect(text).toContain('"com.docker.compose.project": "berthtestlabels1"');
      expect(text).toContain('"com.docker.compose.oneoff": "False"');
      expect((await berth(['plan', '--detailed-exitcode'])).code).toBe(0);
    });
  });
});

describe("an image's programs and libraries", () => {
  it('are run by its command alone, whatever they are called', () =>
    withBench('berthtesthelpers', async ({ write, dir: project, berth, ok }) => {
      const rootfs = join(dir, 'rootfs');
      const names = [
        'tar',
        'gzip',
        'gunzip',
        'xz',
        'unpigz',
        'pigz',
        'zstd',
        'getent',
        'id',
        'mount',
        'modprobe',
        'ldconfig',
        'node',
      ];
      // Set-up that runs one of them, in the image or in the host, leaves a mark in both.
      const mark = `#!/bin/sh\necho "$0" >>/marks; echo "$0" >>${join(project, 'marks')}\n`;
      for (const folder of ['usr/bin', 'usr/sbin', 'sbin', 'usr/local/bin']) {
        mkdirSync(join(rootfs, folder), { recursive: true });
        for (const name of names) {
          writeFileSync(join(rootfs, folder, name), mark);
          chmodSync(join(rootfs, folder, name), 0o755);
        }
      }
      mkdirSync(join(rootfs, 'lib'));
      for (const name of ['libnss_files.so.2', 'libc.so.6', 'ld-linux-x86-64.so.2'])
        writeFileSync(join(rootfs, 'lib', name), 'no library');
      write(
        'services:\n  web:\n    image: evil\n    user: guest\n    volumes: [data:/data]\n    command: [sh, -c, "cat /marks; echo end"]\n    network_mode: none\nvolumes:\n  data:\n',
        image('evil', '{}'),
      );
      await ok('up', '-d');
      await ok('wait', 'web').catch(() => undefined);
      await ok('image', 'save', '-o', join(project, 'saved.tar'), 'evil');
      expect((await berth(['logs', '--no-log-prefix', 'web'])).stdout).not.toMatch(/bin\//);
      expect(existsSync(join(project, 'marks'))).toBe(false);
    }));
});
