import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';

/** What one run of a lane counted; scripts/test.sh adds them up. */
interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Prints why each skipped test was skipped, and writes the lane's counts to the file that BERTH_TEST_COUNTS names.
 * A module that fails to load and an error outside of any test count as failed: they hide tests that never ran.
 */
export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandled: ReadonlyArray<SerializedError>): void {
    const counts: Counts = { passed: 0, failed: unhandled.length, skipped: 0 };
    for (const module of modules) {
      counts.failed += module.errors().length;
      for (const test of module.children.allTests()) countTest(test, counts);
    }
    const file = process.env['BERTH_TEST_COUNTS'];
    if (file) writeFileSync(file, `${counts.passed} ${counts.failed} ${counts.skipped}\n`);
  }
}

function countTest(test: TestCase, counts: Counts): void {
  const result = test.result();
  if (result.state === 'passed') counts.passed += 1;
  else if (result.state === 'skipped') {
    counts.skipped += 1;
    console.log(`skipped: ${test.module.relativeModuleId} > ${test.fullName}: ${result.note ?? 'no reason given'}`);
  } else counts.failed += 1;
}
