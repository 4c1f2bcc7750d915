import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { load } from '../../../src/stack/load.js';

const examples = join(process.cwd(), 'examples');

/** Every example stands on the same base, so that it is made once for all of them. */
test.each(readdirSync(examples))('examples/%s loads without a warning, on the common base', async (name) => {
  const result = await load({
    files: [join(examples, name, 'compose.yaml')],
    environment: {},
    cwd: examples,
  });
  expect(result).toMatchObject({ ok: true, stack: { name, warnings: [] } });
  const bases = result.ok ? Object.values(result.stack.images).filter(({ base }) => base.kind !== 'image') : [];
  expect(bases).toMatchObject([
    { name: 'bookworm', base: { suite: 'bookworm', packages: [], mirror: null, variant: 'minbase' }, layers: [] },
  ]);
});
