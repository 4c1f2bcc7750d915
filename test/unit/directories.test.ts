import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeDirs } from '../../src/directories.js';

describe('makeDirs', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'berthtest-dirs-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('makes what is missing, and is content with what is there', () => {
    const path = join(dir, 'a/b/c');
    makeDirs(path);
    makeDirs(path, 0o755);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('tells what is in the way', () => {
    writeFileSync(join(dir, 'file'), '');
    expect(() => makeDirs(join(dir, 'file'))).toThrow('EEXIST');
    expect(() => makeDirs(join(dir, 'file/below'))).toThrow('ENOTDIR');
  });

  it('gives up where directories can not be made', () => {
    expect(() => makeDirs('/proc/berthtest/a/b')).toThrow("ENOENT: no such file or directory, mkdir '/proc/berthtest'");
  });
});
