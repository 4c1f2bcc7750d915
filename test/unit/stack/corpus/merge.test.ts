import { describe, expect, test } from 'vitest';
import { parseDocuments } from '../../../../src/stack/document.js';
import { interpolateTree } from '../../../../src/stack/interpolate-tree.js';
import { mergeFiles, withoutResets } from '../../../../src/stack/merge/merge.js';
import { type MapNode, type Plain, toPlain } from '../../../../src/stack/node.js';
import { createProblems } from '../../../../src/stack/problems.js';
import { casesOf, hasCorpus, NO_CORPUS, readCase } from '../../../support/corpus.js';

function readTree(name: string, file: string): MapNode {
  const problems = createProblems();
  const [root] = parseDocuments({ name: file, text: readCase('merge', name, file) }, problems);
  expect(problems.diagnostics()).toEqual([]);
  if (!root) throw new Error(`${name}/${file} is empty`);
  return interpolateTree(root, () => undefined, problems);
}

/** Lists of `KEY=value`, and of names where a map of names means the same, as maps; numbers as texts. */
function meaning(value: Plain, key: string): unknown {
  if (Array.isArray(value)) {
    const isPairs = value.some((item) => typeof item === 'string' && /^[\w.]+=/.test(item)) && !key.endsWith('hosts');
    if (!isPairs && key !== 'models') return value.map((item) => meaning(item, ''));
    return Object.fromEntries(value.map((item) => /^([^=]*)=?(.*)$/.exec(String(item))?.slice(1, 3) ?? []));
  }
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, meaning(item, name)]));
  return value === null ? '' : String(value);
}

/** What the corpus has under a name that the specification does not know. */
const NO_KEY = { 'test-mergeyamlbuildsequence': 'build.platform is written for build.platforms' };

describe('merging as the reference does', () => {
  test('the corpus', (context) => {
    if (!hasCorpus) context.skip(NO_CORPUS);
    expect(casesOf('merge').length).toBeGreaterThan(30);
  });

  test.each(casesOf('merge').filter((name) => !Object.hasOwn(NO_KEY, name)))('%s', (name) => {
    const merged = withoutResets(mergeFiles(readTree(name, 'base.yaml'), readTree(name, 'override.yaml')));
    expect(meaning(toPlain(merged), '')).toEqual(meaning(toPlain(readTree(name, 'expected.yaml')), ''));
  });
});
