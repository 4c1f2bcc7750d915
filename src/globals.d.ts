/**
 * Absolute path of `dist/`. In a bundle scripts/build.mjs replaces it by `__dirname`; in tests, where the TypeScript
 * runs unbundled, vitest.config.ts replaces it by the same folder's path. So a native file is found the same way in both:
 * `createRequire(join(BERTH_DIST, 'berth.cjs'))('../build/Release/berth.node')`.
 */
declare const BERTH_DIST: string;

/** The version in package.json, known without reading a file. */
declare const BERTH_VERSION: string;

/** Digest of the sources that this was built from: what another build left in a cache may be of another shape. */
declare const BERTH_BUILD: string;
