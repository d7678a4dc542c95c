import { expect, test } from 'vitest';
import { findPostgres } from '../../src/adapters/postgres/binaries.ts';
import { rehearse } from '../support/rehearse.ts';
import { insertAfter, removeStep, replaceStep, stepOf } from '../support/variants.ts';
import { claimOf, comparisonOf, expectVerdict, findingsAbout, objectsOf, rowsOf } from '../support/verdicts.ts';

const tools = await findPostgres({ choice: 'system', stateFolder: '/nonexistent' }).catch(() => null); // none installed
const cannotDump = tools === null || tools.pgDump === null || tools.pgRestore === null;

test('documents left out of the rollback fail the files, a rollback slower than its limit fails the time, and the data is proven', async () => {
  const rehearsed = await rehearse({
    scenario: 'clean-return',
    edit: (plan) => {
      stepOf(plan, 'go-back', 'restore').restore = ['db'];
      plan.objectives = { rto: { limit: '100ms' } };
    },
  });
  const { record } = rehearsed;
  expectVerdict(rehearsed, {
    exit: 10,
    whole: 'failed',
    claims: { data: 'proven', files: 'failed', function: 'proven', access: 'proven', time: 'failed' },
  });
  expect(claimOf(record, 'time').parts).toMatchObject([
    { name: 'machine part', state: 'failed' },
    { name: 'people part', state: 'not-examined' },
  ]);
  expect(record.clocks.marginMs).toBeLessThan(0);
  expect(findingsAbout(record, /takes longer than its limit/)).toHaveLength(1);
  const files = rowsOf(comparisonOf(record, 'docs', 'at rest'));
  expect(files).toContain('files insert index.json');
  expect(files).toContain('files delete 2-invoice-2024-03.csv');
});

test('a step that ends with 0 and does nothing leaves old code on the new database', async () => {
  const rehearsed = await rehearse({
    scenario: 'clean-return',
    edit: (plan) => {
      replaceStep(plan, 'go-back', { id: 'restore', phase: 'restore', owner: 'dba', run: ['true'] });
    },
  });
  const { record } = rehearsed;
  expectVerdict(rehearsed, {
    exit: 10,
    whole: 'failed',
    claims: { data: 'failed', files: 'failed', function: 'failed' },
  });
  expect(record.clocks.bars).toContainEqual(expect.objectContaining({ id: 'go-back.restore', outcome: 'succeeded' }));
  expect(record.checks).toContainEqual(
    expect.objectContaining({
      name: 'app 10 finds its version of db',
      when: 'verify',
      outcome: 'failed',
      expected: '10',
      actual: '11',
    }),
  );
  expect(objectsOf(comparisonOf(record, 'db', 'at rest'))).toContain('table public.consents insert');
});

test('new code on the old database', async () => {
  const rehearsed = await rehearse({
    scenario: 'clean-return',
    edit: (plan) => removeStep(plan, 'go-back', 'old-code'),
  });
  const { record } = rehearsed;
  expectVerdict(rehearsed, {
    exit: 10,
    whole: 'failed',
    claims: { data: 'proven', files: 'proven', function: 'failed' },
  });
  expect(record.checks).toContainEqual(
    expect.objectContaining({ name: 'app is release 10', when: 'verify', outcome: 'failed', actual: '11' }),
  );
  expect(record.checks).toContainEqual(
    expect.objectContaining({
      name: 'app 11 finds its version of db',
      when: 'verify',
      outcome: 'failed',
      expected: '11',
      actual: '10',
    }),
  );
});

test.skipIf(cannotDump)(
  'a restore over a database that was not dropped leaves the new tables behind (needs pg_dump)',
  async () => {
    const rehearsed = await rehearse({
      scenario: 'clean-return',
      pg: 'system',
      edit: (plan) => {
        stepOf(plan, 'go-live', 'final-backup').formats = ['pg_dump'];
        replaceStep(plan, 'go-back', {
          id: 'restore',
          phase: 'restore',
          owner: 'dba',
          restore: ['db'],
          from: 'final-backup',
          into: 'over',
        });
        insertAfter(
          plan,
          { procedure: 'go-back', step: 'restore' },
          {
            id: 'restore-docs',
            phase: 'restore',
            owner: 'dba',
            restore: ['docs'],
            from: 'final-backup',
            into: 'empty',
          },
        );
      },
    });
    const { record } = rehearsed;
    expectVerdict(rehearsed, { exit: 10, whole: 'failed', claims: { data: 'failed', files: 'proven' } });
    expect(objectsOf(comparisonOf(record, 'db', 'at rest'))).toContain('table public.consents insert');
    expect(findingsAbout(record, /^1 table of the new state left over in db/)).toMatchObject([
      { blame: 'plan', actual: 'public.consents' },
    ]);
  },
);
