import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { stackFileJsonSchema } from '../../../src/stack/schema/json-schema.js';
import { service } from '../../../src/stack/schema/service.js';
import { everything } from './everything.js';

const schemaFile = join(process.cwd(), 'schema', 'berth.schema.json');

function validator() {
  return new Ajv2020({ strict: false, allErrors: true }).compile(JSON.parse(readFileSync(schemaFile, 'utf8')));
}

test('schema/berth.schema.json is what the sources give: else run npm run schema', () => {
  const current: unknown = JSON.parse(JSON.stringify(stackFileJsonSchema()));
  expect(JSON.parse(readFileSync(schemaFile, 'utf8'))).toEqual(current);
});

test('it accepts a file that uses every key', () => {
  const validate = validator();
  validate(parse(everything['compose.yaml'] ?? '', { merge: true }));
  expect(validate.errors ?? []).toEqual([]);
});

test('that file does use every key of a service', () => {
  const file: { services: Record<string, object> } = parse(everything['compose.yaml'] ?? '', { merge: true });
  const used = new Set(Object.values(file.services).flatMap((entry) => Object.keys(entry)));
  expect(Object.keys(service.shape).filter((key) => !used.has(key))).toEqual([]);
});

test.each([
  ['an unknown key', { services: { web: { image: 'app', imagee: 1 } } }],
  ['a list for a map', { services: [] }],
  ['an unknown key of a nested map', { services: { web: { image: 'app', healthcheck: { tset: 'x' } } } }],
  ['a wrong choice', { services: { web: { image: 'app', depends_on: { db: { condition: 'soon' } } } } }],
])('it refuses %s', (_what, file) => {
  expect(validator()(file)).toBe(false);
});

test('it accepts extensions', () => {
  expect(validator()({ 'x-any': 1, services: { web: { image: 'app', 'x-mine': 1, healthcheck: { 'x-y': 2 } } } })).toBe(
    true,
  );
});
