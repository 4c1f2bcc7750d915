import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import packageJson from './package.json' with { type: 'json' };

const root = process.cwd();

/** Lanes that touch the kernel share one machine: their files run one after another. */
function kernelProject(name: string, testTimeoutMs: number) {
  return {
    extends: true as const,
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      fileParallelism: false,
      testTimeout: testTimeoutMs,
      hookTimeout: testTimeoutMs,
    },
  };
}

export default defineConfig({
  // The same constants that scripts/build.mjs gives the bundles; see src/globals.d.ts.
  define: {
    BERTH_DIST: JSON.stringify(join(root, 'dist')),
    BERTH_VERSION: JSON.stringify(packageJson.version),
    BERTH_BUILD: JSON.stringify('test'),
  },
  test: {
    reporters: ['default', './test/support/counts-reporter.ts'],
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts', 'test/golden/**/*.test.ts'] } },
      kernelProject('integration', 60_000),
      kernelProject('e2e', 300_000),
    ],
  },
});
