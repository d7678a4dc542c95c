import { expect, test } from 'vitest';
import { drilledAs, findingOf, partsOf } from '../../../test/support/lessons.ts';
import { editedPlan, loadGood, SAMPLE_PLAN } from '../../../test/support/plans.ts';
import { rangeOf } from '../measured-range.ts';
import type { DrillRecord } from '../record.ts';
import { proposeRevision } from './propose.ts';
import type { Revision } from './revision.ts';

const PLAN = loadGood(SAMPLE_PLAN);

async function proposed(records: readonly DrillRecord[], text = SAMPLE_PLAN): Promise<Revision> {
  const loaded = loadGood(text);
  const drill = records.at(-1);
  if (drill === undefined) throw new Error('no drill');
  return proposeRevision({ plan: loaded.plan, parts: await partsOf(loaded), drill, records });
}

test('a plan that says what was measured learns nothing', async () => {
  expect(await proposed([await drilledAs(PLAN)])).toEqual({ lessons: [], stale: [] });
});

test('p50 and p90 come from every run of the same step', async () => {
  const times = [50_000, 60_000, 90_000];
  const records = await Promise.all(times.map((lock, index) => drilledAs(PLAN, { id: `d-${index}`, took: { lock } })));
  const { lessons } = await proposed(records);
  expect(lessons).toEqual([
    {
      statement: expect.stringContaining('it took 50.0 s to 1 min 30 s in 3 runs at 92 % of production size'),
      change: { kind: 'expected', procedure: 'go-back', step: 'lock', p50: '60s', p90: '90s' },
    },
  ]);
});

test('a run of another step, or with other server settings, is not counted', async () => {
  const other = loadGood(
    editedPlan([
      'owner: dba, deputy: sponsor, stop: app, expected: { p50: 20s',
      'owner: dba, deputy: sponsor, stop: app, timeout: 9m, expected: { p50: 20s',
    ]),
  );
  const fast = await drilledAs(PLAN, { took: { lock: 300_000 } });
  const { lessons } = await proposed([
    await drilledAs(other, { took: { lock: 200_000 } }),
    { ...fast, environment: { ...fast.environment, profile: 'fast' } },
    await drilledAs(PLAN, { took: { lock: 50_000 } }),
  ]);
  expect(lessons).toMatchObject([{ change: { p50: '50s', p90: '63s' } }]);
});

test('few runs give at least a quarter above p50, ten or more what was measured', () => {
  expect(rangeOf([100])).toEqual({ p50Ms: 100, p90Ms: 125 });
  expect(rangeOf([100, 90, 400])).toEqual({ p50Ms: 100, p90Ms: 400 });
  expect(rangeOf([...Array<number>(9).fill(100), 5_000])).toEqual({ p50Ms: 100, p90Ms: 100 });
});

test('what changed since the drill is refused by name, and what was corrected meanwhile is no lesson', async () => {
  const slow = await drilledAs(PLAN, { took: { lock: 50_000 } });
  const lock = 'stop: app, expected: { p50: 20s, p90: 40s }';
  const stale = await proposed([slow], editedPlan([lock, 'stop: app, expected: { p50: 20s, p90: 45s }']));
  expect(stale).toEqual({
    lessons: [],
    stale: [
      { procedure: 'go-back', step: 'lock', why: '`expected` says p90 45.0 s now and said p90 40.0 s in the drill' },
    ],
  });
  const other = await proposed([slow], editedPlan([lock, 'stop: app, timeout: 9m, expected: { p50: 20s, p90: 40s }']));
  expect(other.stale).toMatchObject([{ step: 'lock', why: expect.stringContaining('does something else') }]);
  expect(await proposed([slow], editedPlan([lock, 'stop: app, expected: { p50: 50s, p90: 70s }']))).toEqual({
    lessons: [],
    stale: [],
  });
});

test('missing statistics ask for a step behind the restore; without one nothing is made up', async () => {
  const findings = [findingOf({ what: 'no-statistics', severity: 'medium' })];
  const { lessons } = await proposed([await drilledAs(PLAN, { findings })]);
  expect(lessons).toMatchObject([
    {
      change: {
        kind: 'new-step',
        behind: 'restore',
        step: { id: 'analyze-db', sql: 'ANALYZE', in: 'db', owner: 'dba' },
      },
    },
  ]);
  const elsewhere = [findingOf({ what: 'no-statistics', where: 'other' })];
  expect((await proposed([await drilledAs(PLAN, { findings: elsewhere })])).lessons).toMatchObject([{ change: null }]);
});

test('a table that changes by itself is declared with the most that was measured, and only once', async () => {
  const drill = await drilledAs(PLAN);
  const withRows = (rows: number, part: string): DrillRecord => ({
    ...drill,
    comparisons: drill.comparisons.map((each, index) =>
      index === 0
        ? {
            ...each,
            store: 'db',
            allowed: [
              { part, operation: 'update', columns: ['at'], rows, why: 'changes by itself, as in the control run' },
            ],
          }
        : each,
    ),
  });
  const { lessons } = await proposed([withRows(9, 'public.jobs'), withRows(4, 'public.jobs')]);
  expect(lessons).toMatchObject([
    { change: { difference: { table: 'public.jobs', in: 'db', columns: ['at'], operations: ['update'], max: 9 } } },
  ]);
  expect((await proposed([withRows(4, 'public.users')])).lessons).toEqual([]);
});
