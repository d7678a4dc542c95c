import { globSync } from 'node:fs';
import { dirname, matchesGlob } from 'node:path';
import { expect, test } from 'vitest';
import { LONG_STAGE, STAGES } from '../../scripts/stages.mjs';
import { expectedMs, rotate } from '../../scripts/test-long.mjs';
import { addCounts, countLine, countTests } from '../../scripts/vitest-stage.mjs';

test('counts come from every file, and a file that broke before its first test counts as failed', () => {
  const report = {
    testResults: [
      {
        status: 'failed',
        assertionResults: [
          { status: 'passed', fullName: 'a' },
          { status: 'failed', fullName: 'b' },
          { status: 'skipped', fullName: ' c d ' },
          { status: 'todo', fullName: 'e' },
        ],
      },
      { status: 'failed', assertionResults: [] },
    ],
  };
  expect(countTests(report)).toEqual({ passed: 1, failed: 2, skipped: 2, skippedNames: ['c d', 'e'] });
});

test('the last line is plain', () => {
  const total = addCounts({ passed: 3, failed: 0, skipped: 1 }, { passed: 4, failed: 1, skipped: 0 });
  expect(countLine(total)).toBe('7 passed, 1 failed, 1 skipped');
});

test('each commit begins at one file and runs all of them; over commits every file comes first', () => {
  const files = ['a', 'b', 'c', 'd', 'e'];
  const orders = Array.from({ length: 60 }, (_, number) => rotate(files, `commit ${number}`));
  for (const order of orders) expect(new Set(order)).toEqual(new Set(files));
  expect(new Set(orders.map((order) => order[0]))).toEqual(new Set(files));
  expect(rotate(files, 'commit 1')).toEqual(rotate(files, 'commit 1'));
  expect(rotate([], 'commit 1')).toEqual([]);
});

test('a long test says how long it takes; without that, five minutes', () => {
  expect(expectedMs('// long: 1m30s\nimport x;')).toBe(90_000);
  expect(expectedMs('import x;\n// long: soon')).toBe(300_000);
  expect(expectedMs('import x;')).toBe(300_000);
});

test('every test file belongs to exactly one stage, so none is forgotten', () => {
  const files = globSync('{src,test}/**/*.test.ts', { cwd: dirname(dirname(import.meta.dirname)) });
  const stagesOf = (file: string) => [...STAGES, LONG_STAGE].filter((stage) => matchesGlob(file, stage.include));
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter((file) => stagesOf(file).length !== 1)).toEqual([]);
});
