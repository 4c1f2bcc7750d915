import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/cli/commands.js';

const srcDir = join(process.cwd(), 'src');

/** Packages that a bundle holds: what its module imports statically, and so on; types cost nothing at run time. */
function packagesOf(entry: string): ReadonlySet<string> {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    const statements = readFileSync(path, 'utf8').matchAll(
      /^(?:import|export)\s+(?!type\b)(?:[^;]*?\sfrom\s+)?'([^']+)'/gm,
    );
    for (const [, specifier = ''] of statements) {
      if (specifier.startsWith('.')) visit(join(dirname(path), specifier.replace(/\.js$/, '.ts')));
      else if (!specifier.startsWith('node:')) packages.add(specifier);
    }
  };
  visit(join(srcDir, entry));
  return packages;
}

describe('what a command loads before it knows that there is something to do', () => {
  it.each(Object.keys(COMMANDS).filter((name) => name !== 'version'))('is no heavy library for %s', (name) => {
    expect([...packagesOf(`cli/commands/${name}.ts`)]).toEqual(['commander']);
  });

  it('sees a library where one is imported', () => {
    expect(packagesOf('stack/document.ts')).toContain('yaml');
    expect(existsSync(join(srcDir, 'cli/progress/tty.ts'))).toBe(true);
    expect(packagesOf('cli/progress/tty.ts')).toContain('listr2');
  });
});
