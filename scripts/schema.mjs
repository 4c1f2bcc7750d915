// Writes schema/berth.schema.json, the JSON Schema of the stack file, from the zod schemas in src/stack/schema.
//
// usage: node scripts/schema.mjs

import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const projectDir = join(dirname(fileURLToPath(import.meta.url)), '..');
const { outputFiles } = await build({
  entryPoints: [join(projectDir, 'src/stack/schema/json-schema.ts')],
  bundle: true,
  write: false,
  format: 'cjs',
  platform: 'node',
});
const loaded = { exports: {} };
new Function('module', 'exports', 'require', outputFiles[0].text)(
  loaded,
  loaded.exports,
  createRequire(import.meta.url),
);
await mkdir(join(projectDir, 'schema'), { recursive: true });
const text = `${JSON.stringify(loaded.exports.stackFileJsonSchema(), null, 2)}\n`;
await writeFile(join(projectDir, 'schema', 'berth.schema.json'), text);
