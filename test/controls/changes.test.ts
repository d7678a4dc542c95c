import { expect, test } from 'vitest';
import type { PlanInput } from '../../src/plan/schema.ts';
import { rehearse } from '../support/rehearse.ts';
import { insertAfter, known, stepOf } from '../support/variants.ts';
import { comparisonOf, expectVerdict, findingsAbout } from '../support/verdicts.ts';

/** As in a backup that is a day old; the quiet time is long enough for them to run on a busy machine too. */
function makeJobsOverdue(plan: PlanInput): void {
  known(plan.scenarios['clean-return'], 'scenario').watch = '1500ms';
  insertAfter(
    plan,
    { procedure: 'go-live', step: 'freeze' },
    {
      id: 'overdue',
      in: 'db',
      sql: "update jobs set next_run = timestamptz '2020-01-01Z' where armed",
      repeat: 'safe',
    },
  );
}

test('a table that changes by itself as in the control run is allowed, and a sequence ahead is a note', async () => {
  const rehearsed = await rehearse({
    scenario: 'clean-return',
    edit: (plan) => {
      makeJobsOverdue(plan);
      insertAfter(
        plan,
        { procedure: 'go-back', step: 'analyze' },
        { id: 'ahead', in: 'db', sql: "select setval('accounts_id_seq', 100000)", repeat: 'safe' },
      );
    },
  });
  const { record } = rehearsed;
  expectVerdict(rehearsed, {
    exit: 0,
    whole: 'proven',
    claims: { data: 'proven', files: 'proven', function: 'proven', access: 'proven' },
  });
  const second = comparisonOf(record, 'db', 'second reading');
  expect(second.allowed).toContainEqual(
    expect.objectContaining({
      part: 'public.outbox',
      operation: 'insert',
      rows: 6,
      why: expect.stringMatching(/control run/),
    }),
  );
  expect(second.allowed).toContainEqual(
    expect.objectContaining({
      part: 'public.jobs',
      operation: 'update',
      rows: 3,
      why: expect.stringMatching(/control run/),
    }),
  );
  expect(findingsAbout(record, /sequence public\.accounts_id_seq is ahead/)[0]).toMatchObject({ severity: 'note' });
});

test('a job that fires after the restore is listed, and fails a table that is marked exact', async () => {
  const rehearsed = await rehearse({
    scenario: 'clean-return',
    edit: (plan) => {
      makeJobsOverdue(plan);
      const db = known(plan.systems['db'], 'db');
      if (db.kind === 'postgres') db.exact = ['outbox'];
      stepOf(plan, 'go-back', 'up').jobs = 'running';
    },
  });
  const { record } = rehearsed;
  expectVerdict(rehearsed, {
    exit: 10,
    whole: 'failed',
    claims: { data: 'failed', files: 'proven', function: 'proven', access: 'proven' },
  });
  expect(comparisonOf(record, 'db', 'at rest').verdict).toBe('equal');
  const unexplained = comparisonOf(record, 'db', 'second reading').difference.parts;
  expect(unexplained.map((part) => [part.part, part.totals])).toEqual([
    ['public.outbox', { insert: 6, update: 0, delete: 0 }],
  ]);
  expect(record.jobs).toContainEqual(
    expect.objectContaining({
      system: 'app',
      held: false,
      stored: expect.arrayContaining([expect.stringMatching(/^send-digest, 2020-01-01/)]),
    }),
  );
  expect(findingsAbout(record, /^3 jobs .* may fire/)).toMatchObject([
    { severity: 'high', actual: expect.stringMatching(/send-digest/) },
  ]);
});
