import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { loadAddon } from '../../src/addon/native.js';
import type { StepContext } from '../../src/apply/engine.js';
import { createBuilder } from '../../src/build/builder.js';
import { imageInputs } from '../../src/build/inputs.js';
import type { BuildHost } from '../../src/build/scratch.js';
import { BUILD_INPUTS, type Image } from '../../src/image/model.js';
import { openStore } from '../../src/image/store.js';
import { createPaths } from '../../src/linux/paths.js';
import { readRecord } from '../../src/linux/record.js';
import type { ImageLayerStep, ImageSource, Stack } from '../../src/stack/model.js';
import { image, stack } from '../support/model.js';
import { assertWorldClean, snapshotWorld, type World } from '../support/world.js';

const stackName = `berthtest-build-${process.pid}`;
let dir = '';
let host: BuildHost;
let before: World;
let output: string[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'berthtest-build-'));
  chmodSync(dir, 0o711);
  mkdirSync(join(dir, 'src'));
  const store = openStore(join(dir, 'root'));
  host = {
    paths: createPaths(join(dir, 'root'), join(dir, 'run')),
    addon: loadAddon(),
    unsynced: new Set(),
    images: async () => store,
  };
  before = snapshotWorld({
    dirs: [join(dir, 'run', 'containers'), join(dir, 'root', 'containers')],
    stacks: [stackName],
  });
  output = [];
});

afterEach(async () => {
  try {
    await host.addon.removeStackCgroup(`/berth/${stackName}`);
    for (const path of [host.paths.containers, host.paths.runContainers]) {
      if (!existsSync(path)) continue;
      expect(readdirSync(path)).toEqual([]);
      rmSync(path, { recursive: true });
    }
    assertWorldClean(before);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

function stackOf(...images: readonly ImageSource[]): Stack {
  return { ...stack([], { images }), name: stackName };
}

function context(signal = new AbortController().signal): StepContext {
  const action = { kind: 'buildImage', image: 'app' } as const;
  const step = { id: 1, on: 'image:app', action, cause: '', changes: [], after: [] } as const;
  return { step, signal, progress: (text) => void output.push(text), warn: (text) => void output.push(text) };
}

async function build(file: Stack, name = 'app', signal?: AbortSignal): Promise<Image> {
  await createBuilder(host, file)({ image: name }, context(signal));
  return (await host.images()).resolve(name);
}

function entry(base: ImageSource['base'], layers: readonly ImageLayerStep[], config = {}): ImageSource {
  const plain = image('app', base);
  return { ...plain, layers, config: { ...plain.config, ...config } };
}

function source(name: string, text: string): string {
  const path = join(dir, 'src', name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const copy = (from: string, to: string, over: { chown?: string; chmod?: number } = {}): ImageLayerStep => ({
  kind: 'copy',
  from,
  to,
  chown: over.chown ?? null,
  chmod: over.chmod ?? null,
});
const run = (command: string): ImageLayerStep => ({ kind: 'run', command });

/** Where a layer's files are, counted from the bottom. */
function layerDir({ layers }: Image, index: number): string {
  return join(host.paths.overlay, layers.toReversed()[index]?.cacheId ?? '', 'diff');
}

/** A root file system with a shell. */
function busyboxRoot(): string {
  const root = join(dir, 'rootfs');
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  copyFileSync('/bin/busybox', join(root, 'usr/bin/busybox'));
  for (const name of ['sh', 'cat', 'echo', 'rm', 'ls', 'sleep', 'id', 'mkdir'])
    symlinkSync('busybox', join(root, 'usr/bin', name));
  symlinkSync('usr/bin', join(root, 'bin'));
  return root;
}

test('scratch with copied files: places, owners, modes, links and configuration', async () => {
  source('tree/a', 'a');
  source('tree/sub/b', 'b');
  symlinkSync('/etc/passwd', join(dir, 'src/tree/link'));
  const steps = [
    copy(join(dir, 'src/tree'), '/opt/tree', { chown: '7:8', chmod: 0o640 }),
    copy(source('one', '1'), '/bin/'),
    copy(source('two', '2'), '/opt/tree'),
  ];
  const config = { entrypoint: ['/bin/one'], env: { MODE: 'x' }, exposedPorts: ['80/tcp'], workdir: '/opt' };
  const built = await build(stackOf(entry({ kind: 'scratch' }, steps, config)));
  const tree = join(layerDir(built, 0), 'opt/tree');
  const look = (path: string) => {
    const { mode, uid, gid } = lstatSync(join(tree, path));
    return [(mode & 0o7777).toString(8), uid, gid];
  };
  expect(readdirSync(tree).sort()).toEqual(['a', 'link', 'sub']);
  expect(look('a')).toEqual(['640', 7, 8]);
  expect(look('sub')).toEqual(['750', 7, 8]);
  expect(look('.')).toEqual(['755', 0, 0]);
  expect(readlinkSync(join(tree, 'link'))).toBe('/etc/passwd');
  expect(readFileSync(join(layerDir(built, 1), 'bin/one'), 'utf8')).toBe('1');
  expect(readFileSync(join(layerDir(built, 2), 'opt/tree/two'), 'utf8')).toBe('2');
  expect(built.config.config).toEqual({
    Entrypoint: ['/bin/one'],
    Env: ['MODE=x'],
    WorkingDir: '/opt',
    ExposedPorts: { '80/tcp': {} },
  });
  expect(built.names).toEqual(['app:latest']);
});

test('commands run in a container on the layers so far, and leave what they wrote and no more', async () => {
  const steps = [run('echo "$MODE" > /made; rm /usr/bin/id; echo said; echo wrong >&2'), run('cat /made; ls /bin')];
  const built = await build(stackOf(entry({ kind: 'rootfs', dir: busyboxRoot() }, steps, { env: { MODE: 'fast' } })));
  expect(built.layers).toHaveLength(3);
  expect(readFileSync(join(layerDir(built, 1), 'made'), 'utf8')).toBe('fast\n');
  expect(lstatSync(join(layerDir(built, 1), 'usr/bin/id')).isCharacterDevice()).toBe(true);
  expect(readdirSync(layerDir(built, 1)).sort()).toEqual(['made', 'usr']);
  expect(readdirSync(layerDir(built, 2))).toEqual([]);
  expect(output).toEqual(expect.arrayContaining(['said', 'wrong', 'fast']));
  expect(output).not.toContain('id');
});

test('a file is copied where the image’s own links lead, never out of the layer', async () => {
  const root = busyboxRoot();
  mkdirSync(join(root, 'tmp'));
  symlinkSync('../../../../../../tmp', join(root, 'out'));
  const steps = [copy(source('tool', 'x'), '/bin/tool'), copy(source('tool', 'x'), '/out/berthtest-escape')];
  const built = await build(stackOf(entry({ kind: 'rootfs', dir: root }, steps)));
  expect(existsSync(join(layerDir(built, 1), 'usr/bin/tool'))).toBe(true);
  expect(existsSync(join(layerDir(built, 2), 'tmp/berthtest-escape'))).toBe(true);
  expect(existsSync('/tmp/berthtest-escape')).toBe(false);
});

test('the same inputs: nothing is done; a changed file: its step and those above', async () => {
  const root = busyboxRoot();
  const file = source('data', 'one');
  const made = stackOf(
    entry({ kind: 'rootfs', dir: root }, [run('echo base > /b'), copy(file, '/data'), run('cat /data')]),
  );
  const first = await build(made);
  const inputs = await imageInputs(host, made);
  expect(await (await host.images()).readMetadata(first.id, BUILD_INPUTS)).toBe(inputs['app']);
  output.length = 0;
  expect((await build(made)).id).toBe(first.id);
  expect(output).toEqual([]);

  writeFileSync(file, 'two');
  expect(await imageInputs(host, made)).not.toEqual(inputs);
  const second = await build(made);
  expect(output).toEqual([`copy ${file} /data`, 'run cat /data', 'two']);
  expect(second.layers.slice(-2)).toEqual(first.layers.slice(-2));
  expect(second.id).not.toBe(first.id);
});

test('two images that begin the same do the work once, also at the same time', async () => {
  const begin = entry({ kind: 'rootfs', dir: busyboxRoot() }, [run('echo once')]);
  const file = stackOf(begin, { ...begin, name: 'other', config: { ...begin.config, user: '7' } });
  const [one, two] = await Promise.all([build(file), build(file, 'other')]);
  expect(output.filter((line) => line === 'once')).toHaveLength(1);
  expect(one.layers).toEqual(two.layers);
  expect(one.id).not.toBe(two.id);
});

test('an image on another one of the file takes its layers and configuration', async () => {
  const base = {
    ...entry({ kind: 'scratch' }, [copy(source('one', '1'), '/one')], { env: { A: '1', B: '1' } }),
    name: 'base',
  };
  const app = entry({ kind: 'image', image: 'base' }, [copy(source('two', '2'), '/two')], { env: { B: '2' } });
  const file = stackOf(base, app);
  const below = await build(file, 'base');
  const built = await build(file);
  expect(built.layers.slice(1)).toEqual(below.layers);
  expect(built.config.config.Env).toEqual(['A=1', 'B=2']);
});

test('a saved image is a base, as archive and as layout, and takes no name but its entry’s', async () => {
  const first = await build(stackOf(entry({ kind: 'scratch' }, [copy(source('one', '1'), '/one')])));
  const file = join(dir, 'saved.tar');
  const fd = openSync(file, 'w');
  await (await host.images()).save(['app'], fd);
  closeSync(fd);
  const layout = join(dir, 'layout');
  mkdirSync(layout);
  execFileSync('tar', ['-xf', file, '-C', layout]);
  const steps = [copy(source('two', '2'), '/two')];
  for (const base of [{ kind: 'archive', file } as const, { kind: 'layout', dir: layout, tag: null } as const]) {
    const name = `on-${base.kind}`;
    const built = await build(stackOf({ ...entry(base, steps), name }), name);
    expect(built.layers.slice(1)).toEqual(first.layers);
    expect(built.names).toEqual([`${name}:latest`]);
    expect((await (await host.images()).resolve('app')).id).toBe(first.id);
  }
});

test('a command that fails says its code and last words, and leaves nothing', async () => {
  const file = stackOf(entry({ kind: 'rootfs', dir: busyboxRoot() }, [run('echo no luck; exit 3')]));
  await expect(build(file)).rejects.toThrow('run "echo no luck; exit 3": exit code 3\n  no luck');
});

test('an interrupt ends a command, and nothing is left; until then its record says that it is unfinished', async () => {
  const abort = new AbortController();
  const file = stackOf(entry({ kind: 'rootfs', dir: busyboxRoot() }, [run('echo ready; sleep 600')]));
  const failed = expect(build(file, 'app', abort.signal)).rejects.toThrow('interrupted');
  await vi.waitFor(() => expect(output).toContain('ready'), { timeout: 10_000, interval: 10 });
  const [id = ''] = readdirSync(host.paths.containers);
  expect(readRecord(host.paths.container(id), id)).toMatchObject({ stack: stackName, oneOff: true, state: 'creating' });
  abort.abort();
  await failed;
});

test('a file that is not there is named', async () => {
  const file = stackOf(entry({ kind: 'scratch' }, [copy('/nowhere/x', '/x')]));
  await expect(imageInputs(host, file)).rejects.toMatchObject({
    code: 'INPUT',
    message: 'copy /nowhere/x: it is not there',
  });
});
