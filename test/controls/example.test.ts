import { expect, test } from 'vitest';
import { rehearse } from '../support/rehearse.ts';
import { claimOf, comparisonOf, expectVerdict } from '../support/verdicts.ts';

const PROVEN = { data: 'proven', files: 'proven', function: 'proven', access: 'proven', time: 'not-examined', loss: 'not-examined' } as const;

test('the example goes back cleanly', async () => {
  const rehearsed = await rehearse({ scenario: 'clean-return', profile: 'faithful' });
  expectVerdict(rehearsed, { exit: 0, whole: 'proven', claims: { ...PROVEN, detection: 'not-examined' } });
  const { record } = rehearsed;
  expect(claimOf(record, 'time').parts).toMatchObject([{ name: 'machine part' }, { name: 'people part', state: 'not-examined' }]);
  for (const store of ['db', 'docs']) expect(comparisonOf(record, store, 'at rest').verdict).toBe('equal');
  expect(record.access[0]?.users.length).toBe(40);
  expect(record.jobs[0]).toMatchObject({ system: 'app', held: true, stored: [/expire-sessions/, /recalculate-totals/, /send-digest/].map((name) => expect.stringMatching(name)) });
});

test('the example goes back after data corruption', async () => {
  const rehearsed = await rehearse({ scenario: 'data-corruption' });
  expectVerdict(rehearsed, { exit: 0, whole: 'proven', claims: { ...PROVEN, detection: 'proven' } });
  const { record } = rehearsed;
  expect(record.injections).toMatchObject([{ fault: 'DC-03', presence: { shown: true }, seenBy: [{ kind: 'trigger', name: 'orphans' }], remaining: [] }]);
  expect(record.truthDigest).not.toBeNull();
});
