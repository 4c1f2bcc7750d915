import { describe, expect, test } from 'vitest';
import { printJson, printYaml } from '../../../../src/stack/canonical/print.js';
import { drawDiagnostics } from '../../../../src/stack/draw.js';
import { load } from '../../../../src/stack/load.js';
import { hasCorpus, NO_CORPUS, readCase } from '../../../support/corpus.js';
import { withProject } from '../../../support/stack-file.js';
import { DIFFERENCES, UNSTABLE } from './differences.js';
import { allRuns, type Run, withRun } from './runs.js';

const runs = allRuns();

/** Null and absent are equal, as the corpus has it; paths begin with `<DIR>`. */
function comparable(json: string, dir: string): unknown {
  const text = json.replaceAll(dir, '<DIR>').replaceAll(dir.slice(0, dir.lastIndexOf('/')), '/srv/stk');
  return JSON.parse(text, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null));
  });
}

/** How a run ends: as the reference, or what is different. */
async function outcomeOf(run: Run): Promise<string> {
  return withRun(run, async (result, dir) => {
    const errors = result.ok ? '' : drawDiagnostics(result.diagnostics, { color: false });
    if (run.exit === null) return errors;
    if (run.exit !== 0) return result.ok && run.exit !== 124 ? 'it loads' : '';
    if (!result.ok) return errors;
    const printed = comparable(printJson(result.canonical('json')), dir);
    const expected = comparable(readCase(run.group, run.name, run.stdout ?? ''), dir);
    try {
      expect(printed).toEqual(expected);
      return '';
    } catch (error) {
      return String(error);
    }
  });
}

describe('loading as the reference does', () => {
  test('the corpus', (context) => {
    if (!hasCorpus) context.skip(NO_CORPUS);
    expect(runs.length).toBeGreaterThan(700);
    const mustLoad = runs.filter(({ exit }) => exit === 0 || exit === null);
    const different = mustLoad.filter(({ id }) => Object.hasOwn(DIFFERENCES, id));
    expect(different.length / mustLoad.length).toBeLessThan(0.01);
  });

  test.each(runs.filter(({ id }) => !Object.hasOwn(DIFFERENCES, id)))('$id', async (run) => {
    expect(await outcomeOf(run)).toBe('');
  });

  test.each(runs.filter(({ id }) => Object.hasOwn(DIFFERENCES, id)))('$id differs still', async (run) => {
    expect(await outcomeOf(run)).not.toBe('');
  });
});

describe.runIf(hasCorpus)('what is printed loads to the same', () => {
  test.each(runs.filter(({ id, exit }) => exit === 0 && !Object.hasOwn(UNSTABLE, id)))('$id', (run) =>
    withRun(run, async (result) => {
      if (!result.ok) return;
      const text = await printYaml(result.canonical('yaml'));
      await withProject({ 'compose.yaml': text }, async (dir) => {
        const again = await load({ cwd: dir, environment: run.env, profiles: ['*'] });
        expect(again.ok ? '' : drawDiagnostics(again.diagnostics, { color: false })).toBe('');
        expect(again.ok && again.canonical('yaml')).toEqual(result.canonical('yaml'));
      });
    }),
  );
});
