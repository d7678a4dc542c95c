import { expect, test } from 'vitest';
import type { DrillPorts } from '../../src/drill/world.ts';
import { isSqlStore } from '../../src/subject/store.ts';
import { rehearse } from '../support/rehearse.ts';
import { claimOf, comparisonOf, expectVerdict, findingsAbout, rowsOf } from '../support/verdicts.ts';

const NO_VERDICT = {
  exit: 11,
  whole: 'inconclusive',
  claims: { data: 'inconclusive', files: 'inconclusive', function: 'inconclusive', access: 'inconclusive' },
} as const;

test('a drill up to a step gives no verdict', async () => {
  const rehearsed = await rehearse({ scenario: 'clean-return', until: 'go-live.migrate' });
  expectVerdict(rehearsed, NO_VERDICT);
  const ran = rehearsed.record.clocks.bars.filter((bar) => bar.outcome === 'succeeded').map((bar) => bar.id);
  expect(ran).toContain('go-live.migrate');
  expect(ran).not.toContain('go-live.up');
});

test('a drill from a step on gives no verdict, not even a bad one', async () => {
  const rehearsed = await rehearse({ scenario: 'clean-return', from: 'go-back.lock' });
  expectVerdict(rehearsed, NO_VERDICT);
  expect(claimOf(rehearsed.record, 'data').sentence).toMatch(/only a part of the plan was run/);
});

/** Somebody who still writes while the last backup is made: in the backup or not, nobody can say. */
function withForeignWriter(ports: DrillPorts): DrillPorts {
  return {
    ...ports,
    makeStore: async (request) => {
      const store = await ports.makeStore(request);
      if (request.name !== 'db' || !isSqlStore(store)) return store;
      const backup = store.backup.bind(store);
      store.backup = async (...asked) => {
        await store.query("update accounts set city = 'Elsewhere' where id = 9");
        return backup(...asked);
      };
      return store;
    },
  };
}

test('a foreign write between the seal and the first change fails the loss', async () => {
  const rehearsed = await rehearse({ scenario: 'clean-return', adapt: withForeignWriter });
  const { record } = rehearsed;
  expectVerdict(rehearsed, { exit: 10, whole: 'failed', claims: { loss: 'failed', files: 'proven' } });
  expect(claimOf(record, 'loss').because.join(' ')).toMatch(/public\.accounts/);
  expect(comparisonOf(record, 'db', 'between seal and first change').difference.parts).toMatchObject([
    { part: 'public.accounts' },
  ]);
  expect(findingsAbout(record, /db changed after the baseline was sealed/)).toMatchObject([{ severity: 'critical' }]);
  expect(rowsOf(comparisonOf(record, 'docs', 'between seal and first change'))).toEqual([]);
});
