import { expect, test } from 'vitest';
import type { PlanInput } from '../../src/plan/schema.ts';
import { rehearse } from '../support/rehearse.ts';
import { known, stepOf } from '../support/variants.ts';
import { claimOf, comparisonOf, expectVerdict, findingsAbout, objectsOf, rowsOf } from '../support/verdicts.ts';

function live(plan: PlanInput): PlanInput['states'][string] {
  return known(plan.states['live'], 'state live');
}

/** Documents that no program knows: backed up, in the target state, and brought back by nothing. */
function withArchive(plan: PlanInput): void {
  plan.systems['archive'] = structuredClone(known(plan.systems['docs'], 'documents'));
  stepOf(plan, 'go-live', 'final-backup').backup = ['db', 'docs', 'archive'];
  known(plan.states['before'], 'state before').systems['archive'] = { equals: 'final-backup' };
  live(plan).systems['archive'] = { untouched: true };
}

test('a store that the go-live leaves alone, as the plan says, is proven without a restore', async () => {
  const rehearsed = await rehearse({ scenario: 'clean-return', edit: withArchive });
  expectVerdict(rehearsed, { exit: 0, whole: 'proven', claims: { data: 'proven', files: 'proven' } });
  const seen = comparisonOf(rehearsed.record, 'archive', 'declared untouched');
  expect(seen).toMatchObject({ verdict: 'equal', difference: { parts: [] } });
  expect(seen.difference.compared.rows).toBeGreaterThan(0);
});

test('stores that are declared untouched and changed by the go-live fail their claims, although the rollback brings them back', async () => {
  const rehearsed = await rehearse({
    scenario: 'clean-return',
    edit: (plan) => {
      live(plan).systems['docs'] = { untouched: true };
      live(plan).systems['db'] = { untouched: true, checks: ['migrated'] };
    },
  });
  const { record } = rehearsed;
  expectVerdict(rehearsed, { exit: 10, whole: 'failed', claims: { data: 'failed', files: 'failed' } });
  for (const store of ['db', 'docs']) expect(comparisonOf(record, store, 'at rest').verdict).toBe('equal');
  expect(rowsOf(comparisonOf(record, 'docs', 'declared untouched'))).toContain('files insert index.json');
  expect(objectsOf(comparisonOf(record, 'db', 'declared untouched'))).toContain('table public.consents insert');
  expect(claimOf(record, 'files').sentence).toMatch(/docs is declared untouched, and the go-live changed it/);
  const found = findingsAbout(record, /declared untouched, and the go-live changed it/);
  expect(found.map(({ severity, blame }) => `${severity} ${blame}`)).toEqual(['critical plan', 'critical plan']);
  expect(found.map(({ actual }) => actual).join('\n')).toMatch(/public\.contacts 750 rows changed/);
});
