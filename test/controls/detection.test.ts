import { expect, test } from 'vitest';
import { rehearse } from '../support/rehearse.ts';
import { known } from '../support/variants.ts';
import { claimOf, expectVerdict, findingsAbout } from '../support/verdicts.ts';

test('a trigger that is red before the damage proves nothing', async () => {
  const rehearsed = await rehearse({
    scenario: 'data-corruption',
    edit: (plan) => {
      known(plan.triggers?.['orphans'], 'orphans').sql = 'select 1';
    },
  });
  const { record } = rehearsed;
  expectVerdict(rehearsed, {
    exit: 10,
    whole: 'failed',
    claims: { data: 'proven', files: 'proven', function: 'proven', access: 'proven', detection: 'failed' },
  });
  expect(claimOf(record, 'detection').because).toEqual([expect.stringMatching(/orphans was red before/)]);
  expect(findingsAbout(record, /orphans is red although nothing is damaged/)).toHaveLength(1);
  expect(record.injections[0]?.seenBy).toEqual([]);
});

test('damage that nothing in the plan notices fails the detection, not the data', async () => {
  const rehearsed = await rehearse({
    scenario: 'data-corruption',
    edit: (plan) => {
      known(plan.scenarios['data-corruption'], 'scenario').faults = [
        { id: 'DC-16', in: 'db', table: 'deals', column: 'amount', rate: '5%', seed: 3 },
      ];
    },
  });
  const { record } = rehearsed;
  expectVerdict(rehearsed, {
    exit: 10,
    whole: 'failed',
    claims: { data: 'proven', files: 'proven', function: 'proven', access: 'proven', detection: 'failed' },
  });
  expect(record.injections).toMatchObject([
    { fault: 'DC-16', where: 'public.deals', presence: { shown: true }, seenBy: [], remaining: [] },
  ]);
  expect(findingsAbout(record, /nothing in the plan noticed/)[0]?.actual).toMatch(/DC-16/);
});

test('a check and a trigger that cannot be asked are unknown, never a pass and never a failure', async () => {
  const rehearsed = await rehearse({
    scenario: 'data-corruption',
    edit: (plan) => {
      known(plan.triggers?.['orphans'], 'orphans').sql = 'select count(*) from no_such_table';
      known(plan.checks?.['no-orphans'], 'no-orphans').sql = 'select no_such_column from contacts';
      known(plan.checks?.['deals-total'], 'deals-total').sql = 'select 1 / 0';
    },
  });
  const { record } = rehearsed;
  expectVerdict(rehearsed, {
    exit: 11,
    whole: 'inconclusive',
    claims: { data: 'proven', files: 'proven', function: 'inconclusive', access: 'proven', detection: 'inconclusive' },
  });
  expect(claimOf(record, 'function').because).toEqual([
    expect.stringMatching(/^no-orphans: .*no_such_column/),
    expect.stringMatching(/^deals-total: .*division by zero/),
  ]);
  expect(claimOf(record, 'detection').because[0]).toMatch(/^orphans: .*no_such_table/);
});
