import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.js';
import { writeDockerArchive } from '../support/image-archive.js';

/** A command, how it ends where all is well but nothing is there, and what it needs. */
interface Case {
  readonly words: readonly string[];
  readonly code: number;
  readonly stderr: RegExp;
  /** it reads the stack file */
  readonly file: boolean;
  /** it writes below `--root`, or takes the stack's lock there */
  readonly writes: boolean;
}

const quiet = /^$/;

function reads(words: string, file: boolean, code = 0, stderr = quiet): Case {
  return { words: words.split(' '), code, stderr, file, writes: false };
}

/** What these do where all is well is told by other tests. */
function writes(words: string, file: boolean): Case {
  return { words: words.split(' '), code: 0, stderr: quiet, file, writes: true };
}

const CASES: readonly Case[] = [
  writes('up -d', true),
  writes('down', true),
  writes('plan', true),
  writes('apply', true),
  reads('apply missing.plan', false, 2, /^berth: apply saved plan: open missing\.plan: no such file or directory\n$/),
  reads('config', true),
  reads('ls', false),
  reads('ps', true),
  reads('logs', true),
  reads('exec web true', true, 125, /^berth: exec in stack berthtestref: service 'web' is not running\n$/),
  writes('run web', true),
  reads('inspect', true),
  reads('namespaces', true),
  reads('cgroups', false),
  writes('start', true),
  writes('stop', true),
  writes('restart', true),
  reads('kill', true),
  reads('rm', true, 0, /^No stopped containers\n$/),
  writes('rm --force', true),
  writes('pause', true),
  writes('unpause', true),
  reads('boot', false),
  reads('image ls', false),
  writes('image load image.tar', false),
  reads('image save missing -o out.tar', false, 1, /^berth: image missing is not in the store\n/),
  reads('image inspect missing', false, 1, /^berth: image missing is not in the store\n/),
  writes('image rm missing', false),
  reads('volume ls', false),
  reads('volume inspect missing', false, 1, /^berth: find volume missing: no such volume\n$/),
  reads('volume rm missing', false, 1, /^berth: find volume missing: no such volume\n$/),
  reads('info', false),
  reads('version', false),
  reads('help', false),
];

const STACK = `
name: berthtestref
services:
  web:
    image: box
    command: [sleep, '1000']
    network_mode: none
images:
  box:
    base: scratch
`;

const entry = join(process.cwd(), 'dist', 'berth.cjs');
const NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
const READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"';

describe('every command', () => {
  let dir: string;
  let empty: string;
  let project: string;
  let root: string;

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'berthtest-refusals-'));
    [empty, project, root] = [join(dir, 'empty'), join(dir, 'project'), join(dir, 'root')];
    chmodSync(dir, 0o755);
    for (const path of [empty, project, root]) mkdirSync(path, { mode: 0o755 });
    writeFileSync(join(project, 'compose.yaml'), STACK);
    writeDockerArchive(project, { name: 'shop/web:1', layers: [{ 'a.txt': 'first' }] });
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  const run = (words: readonly string[], cwd: string, wrapper: readonly string[] = []) => {
    const state = ['--root', root, '--run', join(dir, 'run')];
    const [program = '', ...args] = [...wrapper, process.execPath, entry, ...state, ...words];
    const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8', input: '' });
    return { code: status, stdout, stderr };
  };

  it('is tried here', () => {
    expect([...new Set(CASES.map(({ words }) => words[0]))].sort()).toEqual(Object.keys(COMMANDS).sort());
  });

  it.each(CASES.filter(({ file }) => file))('says that there is no stack file: $words', ({ words }) => {
    const { code, stdout, stderr } = run(words, empty);
    expect(stderr).toBe(
      `${empty}:1:1: no stack file here or in a parent directory\n` +
        '  expected compose.yaml, or give one with -f\n' +
        'berth: read stack file: 1 error\n',
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it.each([
    ['a stack file', '-f other.yaml up', 'other.yaml:1:1: no such file\nberth: read stack file: 1 error\n'],
    ['an archive', 'image load missing.tar', 'berth: load <DIR>/missing.tar: no such file or directory\n'],
  ])('says that %s is not there', (_what, words, expected) => {
    const { code, stderr } = run(words.split(' '), empty);
    expect(stderr.replaceAll(empty, '<DIR>')).toBe(expected);
    expect(code).toBe(2);
  });

  it.each(CASES.filter(({ file, writes: w }) => !file && !w))('needs no stack file: $words', (row) => {
    const { code, stderr } = run(row.words, empty);
    expect(stderr).toMatch(row.stderr);
    expect(code).toBe(row.code);
  });

  it.for(CASES)('says that it needs root, or does not: $words', ({ words }, context) => {
    const [others = '', ...asOthers] = NOBODY;
    const canRead = (path: string) => spawnSync(others, [...asOthers, 'test', '-r', path]).status === 0;
    if (!canRead(entry) || !canRead(join(project, 'compose.yaml')))
      return context.skip('the checkout or the temporary directory is closed to other users');
    const { code, stdout, stderr } = run(words, project, NOBODY);
    if (['config', 'version', 'help'].includes(words[0] ?? '')) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    } else {
      expect({ code, stdout, stderr }).toEqual({
        code: 2,
        stdout: '',
        stderr: 'berth: berth needs root: run it with sudo\n',
      });
    }
  });

  it.each(CASES)('says that its state directory is read-only, or reads: $words', (row) => {
    const { code, stderr } = run(row.words, project, ['unshare', '-m', 'sh', '-c', READ_ONLY, 'sh', root]);
    if (!row.writes) {
      expect(stderr).toMatch(row.stderr);
      expect(code).toBe(row.code);
      return;
    }
    expect(stderr).toMatch(/^berth: (mkdir|open) \S+: read-only file system\n$/);
    expect(stderr).toContain(` ${root}/`);
    expect(code).toBe(row.words[0] === 'run' ? 125 : 1);
  });

  it.each([
    ['a file', '/etc/hostname/state', /^berth: mkdir \/etc\/hostname\/state\S*: not a directory\n$/],
    ['what makes no directories', '/proc/berthtest', /^berth: mkdir \/proc\/berthtest: no such file or directory\n$/],
  ])('does not hang on %s as its state directory', (_what, path, expected) => {
    for (const flag of ['--root', '--run']) {
      const { code, stderr } = run(['up', '-d', flag, path, '--progress', 'quiet'], project);
      if (flag === '--root') expect(stderr).toMatch(expected);
      else expect(stderr).toContain(` ${path}`);
      expect(code).toBe(1);
      run(['down', '-t', '0'], project);
    }
  });
});
