import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UNTIL_TERM, withBench } from '../support/cli.js';
import { writeDockerArchive } from '../support/image-archive.js';

const WEB = `
services:
  web:
    image: box
    command: ${UNTIL_TERM}
    network_mode: none
    volumes: [data:/data]
volumes:
  data:
`;

describe('image', () => {
  it('loads, lists, inspects, saves and removes', () =>
    withBench('berthtestim1', async ({ ok, berth, dir, root }) => {
      expect(await ok('image', 'ls')).toBe('NAME   IMAGE ID   CREATED   SIZE\n');
      const { path, diffIds } = writeDockerArchive(dir, {
        name: 'shop/web:1',
        layers: [{ 'a.txt': 'first' }, { 'sub/': '', 'sub/b.txt': 'second' }],
      });
      expect(await ok('image', 'load', path)).toContain('shop/web:1');
      expect(await ok('image', 'load', path, '--name', 'other:2')).toContain('other:2');
      expect(await ok('image', 'ls')).toMatch(/\nshop\/web:1 +[0-9a-f]{12} /);
      const [inspected]: Record<string, unknown>[] = JSON.parse(await ok('image', 'inspect', 'shop/web:1'));
      expect(JSON.stringify(inspected)).toContain(diffIds[1]);

      await ok('image', 'save', 'shop/web:1', '-o', 'saved.tar');
      const manifest = execFileSync('tar', ['-xOf', join(dir, 'saved.tar'), 'manifest.json'], { encoding: 'utf8' });
      expect(JSON.parse(manifest)).toEqual([expect.objectContaining({ RepoTags: ['shop/web:1'] })]);

      expect(await ok('image', 'rm', 'other:2')).toBe('Untagged: other:2\n');
      expect(await ok('image', 'rm', 'shop/web:1')).toMatch(/^Untagged: shop\/web:1\nDeleted: sha256:[0-9a-f]{64}\n/);
      expect(await ok('image', 'ls', '-q')).toBe('');
      expect((await berth(['image', 'inspect', 'shop/web:1'])).code).toBe(1);

      expect(await ok('image', 'load', '-i', 'saved.tar')).toContain('shop/web:1');
      expect(await ok('image', 'inspect', 'shop/web:1')).toContain(diffIds[0] ?? '');
      expect(existsSync(join(root, 'image'))).toBe(true);
    }));

  it('keeps an image that a container uses', () =>
    withBench('berthtestim2', async ({ write, ok, berth }) => {
      write(WEB);
      await ok('up', '-d');
      await ok('image', 'save', 'box', '-o', 'saved.tar');
      await ok('image', 'load', 'saved.tar', '--name', 'other:1');
      await ok('image', 'load', 'saved.tar', '--name', 'other:2');
      const { code, stdout, stderr } = await berth(['image', 'rm', 'other:1', 'missing', 'other:2', 'box']);
      expect(code).toBe(1);
      expect(stdout).toBe('Untagged: other:1\nUntagged: other:2\n');
      expect(stderr).toContain('remove image missing: not in the store\n');
      expect(stderr).toContain('remove image box: a container uses it\n');
      expect(await ok('plan')).toBe('No changes.\n');
    }));

  it('leaves nothing of an archive that it refuses', () =>
    withBench('berthtestim3', async ({ ok, berth, dir }) => {
      mkdirSync(join(dir, 'bad'));
      writeFileSync(join(dir, 'bad', 'manifest.json'), '[{"Config":"no.json","RepoTags":["x:1"],"Layers":["no.tar"]}]');
      execFileSync('tar', ['-C', join(dir, 'bad'), '-cf', join(dir, 'bad.tar'), 'manifest.json']);
      const { code, stderr } = await berth(['image', 'load', 'bad.tar']);
      expect(code).toBe(2);
      expect(stderr).toContain('bad.tar');
      expect(await ok('image', 'ls', '-q')).toBe('');
      expect((await berth(['image', 'load', 'missing.tar'])).stderr).toContain('missing.tar');
    }));

  it('tells its subcommands', () =>
    withBench('berthtestim4', async ({ ok, berth }) => {
      expect(await ok('image', '--help')).toContain('load an OCI layout or a docker archive');
      const { code, stderr } = await berth(['image', 'pull', 'x']);
      expect(code).toBe(2);
      expect(stderr).toContain("unknown command 'image pull'");
    }));
});

describe('volume', () => {
  it('lists, inspects and removes, but none in use', () =>
    withBench('berthtestim5', async ({ write, ok, berth }) => {
      write(WEB);
      await ok('up', '-d');
      await ok('exec', 'web', 'sh', '-c', 'echo kept > /data/file');
      expect(await ok('volume', 'ls')).toMatch(/\nberthtestim5_data +berthtestim5 +berthtestim5-web-1\n$/);
      const [volume]: Record<string, unknown>[] = JSON.parse(await ok('volume', 'inspect', 'berthtestim5_data'));
      expect(volume).toMatchObject({ name: 'berthtestim5_data', stack: 'berthtestim5' });
      expect(readFileSync(join(String(volume?.['mountpoint']), 'file'), 'utf8')).toBe('kept\n');
      const used = await berth(['volume', 'rm', 'berthtestim5_data', 'missing']);
      expect(used.code).toBe(1);
      expect(used.stderr).toContain('missing');
      expect(used.stderr).toContain('berthtestim5-web-1');
      await ok('down');
      expect(await ok('volume', 'rm', 'berthtestim5_data')).toBe('berthtestim5_data\n');
      expect(await ok('volume', 'ls', '-q')).toBe('');
      expect((await berth(['volume', 'rm', 'berthtestim5_data'])).code).toBe(1);
    }));
});
