import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const dir = mkdtempSync(join(tmpdir(), 'berthtest-lint-'));

afterAll(() => rmSync(dir, { recursive: true }));

/** The numbers of the lines that the lint complains of. */
function lint(lines: readonly string[]): number[] {
  const file = join(dir, 'code.cc');
  writeFileSync(file, lines.join('\n'));
  const { status, stderr } = spawnSync(process.execPath, ['scripts/lint-paths.mjs', file], { encoding: 'utf8' });
  expect(status).toBe(stderr === '' ? 0 : 1);
  return [...stderr.matchAll(/code\.cc:(\d+): by path/g)].map(([, line]) => Number(line));
}

test('calls by path are found, calls by descriptor are not', () => {
  const byPath = [
    '::mkdir(path.c_str(), 0755);',
    'if (::open(target, O_RDONLY) < 0) {',
    'OpenAt(AT_FDCWD, path, O_PATH);',
    'SysMount("proc", path.c_str(), "proc", 0, nullptr);',
    '::mknod(name, S_IFCHR, 0);',
    '::symlink(a, b);',
    'std::filesystem::create_directories(path);',
  ];
  expect(lint(byPath)).toEqual(byPath.map((_, index) => index + 1));
  expect(
    lint(['::mkdirat(dir_fd, name, 0755);', 'OpenInRoot(root_fd, path, O_PATH);', '// ::mkdir(a) in words']),
  ).toEqual([]);
});
