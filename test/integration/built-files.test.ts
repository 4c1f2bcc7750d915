import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const built = (name: string) => join(process.cwd(), 'build/Release', name);

const programs = ['berth-shim', 'berth-runtime'];
const addons = ['berth.node', 'berth_layers.node'];

/** Lines of readelf(1), which knows both of our machines. */
function readelf(option: string, file: string): string[] {
  return execFileSync('readelf', ['-W', option, built(file)], { encoding: 'utf8' }).split('\n');
}

function dynamicEntry(file: string, tag: string): string[] {
  return readelf('-d', file).filter((line) => line.includes(`(${tag})`));
}

describe.each([...programs, ...addons])('%s', (file) => {
  it('is loaded anywhere, and writes to no code', () => {
    expect(readelf('-h', file).some((line) => /Type:\s+DYN/.test(line))).toBe(true);
    expect(dynamicEntry(file, 'TEXTREL')).toEqual([]);
    const segments = readelf('-l', file).filter((line) => /^ {2}(LOAD|GNU_STACK) /.test(line));
    expect(segments.length).toBeGreaterThan(3);
    expect(segments.filter((line) => / [R ]WE /.test(line))).toEqual([]);
    expect(segments.some((line) => line.includes('GNU_STACK'))).toBe(true);
  });

  it('has nothing left to relocate once it runs', () => {
    expect(readelf('-l', file).some((line) => line.includes('GNU_RELRO'))).toBe(true);
    expect(dynamicEntry(file, 'FLAGS').some((line) => line.includes('BIND_NOW'))).toBe(true);
  });

  it('looks for libraries only where the system does', () => {
    expect([...dynamicEntry(file, 'RPATH'), ...dynamicEntry(file, 'RUNPATH')]).toEqual([]);
  });
});

it.each(programs)('%s needs no library and no loader', (file) => {
  expect(dynamicEntry(file, 'NEEDED')).toEqual([]);
  expect(readelf('-l', file).filter((line) => line.includes('INTERP'))).toEqual([]);
});

it.each(addons)('%s calls the check of stacks', (file) => {
  expect(imports(file).some((line) => line.includes('__stack_chk_fail'))).toBe(true);
});

it('the addon calls checks of lengths', () => {
  expect(imports('berth.node').some((line) => /__\w+_chk(@|$)/.test(line))).toBe(true);
});

function imports(file: string): string[] {
  return readelf('--dyn-syms', file).filter((line) => line.includes(' UND '));
}

it('every source file is compiled with them', () => {
  const commands: { file: string; command: string }[] = JSON.parse(
    readFileSync(join(process.cwd(), 'build/compile_commands.json'), 'utf8'),
  );
  const own = commands.filter(({ file }) => file.startsWith(join(process.cwd(), 'native')));
  expect(own.length).toBeGreaterThan(150);
  const lacking = own.filter(
    ({ command }) =>
      !/ -fstack-protector-strong .*-fstack-clash-protection .*-D_FORTIFY_SOURCE=3 /.test(command) ||
      !/ -f(PIC|PIE) /.test(command),
  );
  expect(lacking.map(({ file }) => file)).toEqual([]);
});
