// One run of Vitest with its counts read from its JSON report, because a summary for people is no interface.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, runNode } from './run-node.mjs';

/**
 * @param {{ project: string, files?: string[], limitMs?: number, extra?: string[] }} stage
 * @returns {Promise<{ passed: number, failed: number, skipped: number, skippedNames: string[], timedOut: boolean, seconds: number }>}
 */
export async function runVitestStage({ project, files = [], limitMs, extra = [] }) {
  const folder = mkdtempSync(join(tmpdir(), 'rollproof-vitest-'));
  const report = join(folder, 'report.json');
  try {
    const args = [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--project', project, '--passWithNoTests'];
    args.push('--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...extra, ...files);
    const { code, timedOut, seconds } = await runNode(args, { limitMs });
    const counts = countTests(existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { testResults: [] });
    // A worker that crashed or an error outside any test has no test of its own to blame.
    if (code !== 0 && counts.failed === 0) counts.failed = 1;
    return { ...counts, timedOut, seconds };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Vitest's report in Jest's format → counts. A file that failed before its first test counts as one failed test. */
export function countTests(report) {
  const counts = { passed: 0, failed: 0, skipped: 0, skippedNames: [] };
  for (const file of report.testResults) {
    const failedBefore = counts.failed;
    for (const test of file.assertionResults) countTest(counts, test);
    if (file.status === 'failed' && counts.failed === failedBefore) counts.failed += 1;
  }
  return counts;
}

function countTest(counts, test) {
  if (test.status === 'passed') counts.passed += 1;
  else if (test.status === 'failed') counts.failed += 1;
  else {
    counts.skipped += 1;
    counts.skippedNames.push(test.fullName.trim());
  }
}

export function addCounts(left, right) {
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
  };
}

/** The plain line that people and machines look for at the very end. */
export function countLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
