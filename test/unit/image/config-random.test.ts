import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isBerthError } from '../../../src/errors.js';
import { parseImageConfig } from '../../../src/image/parse-config.js';
import { imageDefaults } from '../../../src/linux/image-defaults.js';

const digest = `sha256:${'a'.repeat(64)}`;
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(null, '', '0', -1, 2 ** 53, ['CMD', 'x'], ['NONE'], { '/data': {} }, { '/../..': null }, [
    'A=b',
    '=',
  ]),
);
const runKeys = ['User', 'Env', 'Entrypoint', 'Cmd', 'Volumes', 'WorkingDir', 'Labels', 'StopSignal', 'ExposedPorts'];
const record = (keys: readonly string[]) =>
  fc.dictionary(fc.oneof(fc.constantFrom(...keys, '__proto__', 'constructor'), fc.string({ maxLength: 5 })), value);
const config = fc.record(
  {
    architecture: fc.oneof({ arbitrary: fc.constant('amd64'), weight: 5 }, value),
    os: fc.oneof({ arbitrary: fc.constant('linux'), weight: 5 }, value),
    rootfs: fc.oneof({ arbitrary: fc.constant({ type: 'layers', diff_ids: [digest] }), weight: 5 }, value),
    config: fc.oneof(
      record(runKeys),
      record(['Test', 'Interval', 'Retries']).map((Healthcheck) => ({ Healthcheck })),
      value,
    ),
    history: fc.oneof(value, fc.array(record(['created', 'empty_layer']), { maxLength: 3 })),
  },
  { requiredKeys: ['architecture', 'os', 'rootfs'] },
);

/** What a container is made from, of bytes that claim to be an image's config: the right types, or an error of ours. */
function check(bytes: Uint8Array): 'read' | 'refused' {
  let defaults: ReturnType<typeof imageDefaults>;
  try {
    defaults = imageDefaults(parseImageConfig(bytes));
  } catch (error) {
    expect(isBerthError(error)).toBe(true);
    return 'refused';
  }
  const isText = (one: unknown) => typeof one === 'string';
  expect([...defaults.entrypoint, ...defaults.command, ...defaults.env, ...defaults.volumes].every(isText)).toBe(true);
  expect(isText(defaults.workingDir)).toBe(true);
  expect(defaults.stopSignal === null || isText(defaults.stopSignal)).toBe(true);
  const { intervalMs = null, retries = null } = defaults.healthcheck ?? {};
  for (const number of [intervalMs, retries]) expect(number === null || number >= 0).toBe(true);
  return 'read';
}

test('an image config is read with the right types or refused by an error of ours', { timeout: 60_000 }, () => {
  const ends = { read: 0, refused: 0 };
  const property = fc.property(config, (json) => {
    ends[check(Buffer.from(JSON.stringify(json)))]++;
  });
  fc.assert(property, { numRuns: 1000 });
  expect(ends.read).toBeGreaterThan(100);
  expect(ends.refused).toBeGreaterThan(100);
  expect(Object.prototype).not.toHaveProperty('polluted');
});

test('bytes that are no JSON are refused by an error of ours', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      check(bytes);
    }),
    { numRuns: 500 },
  );
});
