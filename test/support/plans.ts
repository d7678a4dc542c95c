import { readFileSync } from 'node:fs';
import { type LintReport, lintPlan } from '../../src/plan/lint.ts';
import { type GoodPlan, loadPlan } from '../../src/plan/load.ts';
import { formatProblems, type PlanProblem } from '../../src/plan/problem.ts';

/** An in-place upgrade with S0 and S1, without lint findings: what tests about plans begin from. */
export const SAMPLE_PLAN: string = readFileSync(
  new URL('../fixtures/plans/in-place-upgrade.yaml', import.meta.url),
  'utf8',
);

export type Edit = readonly [what: string, into: string];

/** The sample with some of its text replaced. Fails where the text does not occur, so that no test edits nothing. */
export function editedPlan(...edits: readonly Edit[]): string {
  return edits.reduce((text, [what, into]) => {
    if (!text.includes(what)) throw new Error(`the sample plan does not contain ${JSON.stringify(what)}`);
    return text.replace(what, () => into);
  }, SAMPLE_PLAN);
}

/** Gives the sample a workload, which no scenario uses yet. */
export const WORK: Edit = [
  'within: 15m }\n',
  `within: 15m }
workload:
  office-day:
    users: staff
    in: entry
    writes: 40
    operations:
      add-note:
        create: { method: POST, path: /api/activities, json: { note: '{mark}' } }
        found: { in: db, sql: 'select id from activities where note = :mark', table: activities, key: id }
      change-note: { of: add-note, update: { method: PUT, path: '/api/activities/{id}', json: { note: '{mark}' } } }
      remove-note: { of: add-note, delete: { method: DELETE, path: '/api/activities/{id}' } }
`,
];

export function loadGood(text: string): GoodPlan {
  const loaded = loadPlan(text, 'rollproof.yaml');
  if (!loaded.ok) throw new Error(`the plan should load:\n${formatProblems(loaded.problems)}`);
  return loaded;
}

export function problemsOf(text: string): readonly PlanProblem[] {
  const loaded = loadPlan(text, 'rollproof.yaml');
  return loaded.ok ? [] : loaded.problems;
}

export function lintOf(text: string): LintReport {
  return lintPlan(loadGood(text));
}
