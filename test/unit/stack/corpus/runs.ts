import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LoadResult, load } from '../../../../src/stack/load.js';
import type { LoadOptions } from '../../../../src/stack/options.js';
import { CORPUS, casesOf, readCase } from '../../../support/corpus.js';

/** One command of a case and how it ended in the reference implementation. */
export interface Run {
  readonly id: string;
  readonly group: string;
  readonly name: string;
  readonly project: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** null: it has to load, whatever it prints; 124: the reference did not end */
  readonly exit: number | null;
  /** file with the output */
  readonly stdout?: string;
}

interface Case {
  readonly workdir_name: string;
  readonly runs: readonly Omit<Run, 'id' | 'group' | 'name' | 'project'>[];
}

export function allRuns(): Run[] {
  return ['config', 'traps'].flatMap((group) =>
    casesOf(group).flatMap((name) => {
      const found: Case = JSON.parse(readCase(group, name, 'case.json'));
      return found.runs.map((run) => {
        const files = run.args.filter((_word, index) => run.args[index - 1] === '-f');
        return {
          ...run,
          exit: run.exit ?? null,
          id: [name, ...files].join(' '),
          group,
          name,
          project: found.workdir_name,
        };
      });
    }),
  );
}

/** Loads a copy of a run's project. @param use is called while the copy is there, with its path */
export async function withRun<T>(run: Run, use: (result: LoadResult, dir: string) => Promise<T>): Promise<T> {
  const parent = mkdtempSync(join(tmpdir(), 'berthtest-corpus-'));
  const dir = join(parent, run.project);
  try {
    cpSync(join(CORPUS, run.group, run.name), dir, { recursive: true });
    rmSync(join(dir, 'case.json'));
    rmSync(join(dir, 'expected'), { recursive: true, force: true });
    const environment = { HOME: '/home/user', ...run.env };
    return await use(await load({ cwd: dir, environment, ...optionsOf(run.args) }), dir);
  } finally {
    rmSync(parent, { recursive: true });
  }
}

function optionsOf(args: readonly string[]): Partial<LoadOptions> {
  const values = (flag: string): string[] => args.filter((_word, index) => args[index - 1] === flag);
  return {
    files: values('-f'),
    profiles: values('--profile'),
    envFiles: values('--env-file'),
    projectName: values('-p')[0],
    projectDirectory: values('--project-directory')[0],
  };
}
