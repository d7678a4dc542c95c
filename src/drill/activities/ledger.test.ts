import { expect, test } from 'vitest';
import { part } from '../../../test/support/evidence.ts';
import { fakeWorld, notingContext } from '../../../test/support/fake-world.ts';
import type { PartDifference } from '../../subject/difference.ts';
import { noteLedger } from './ledger.ts';

/** Is the acknowledged note 5 seen in this second reading? */
async function isFound(parts: readonly PartDifference[]): Promise<boolean | undefined> {
  const world = fakeWorld();
  world.ledger.push({ store: 'db', part: 'notes', operation: 'insert', key: 'id=5', why: 'acknowledged' });
  const compared = { parts: 1, rows: 1, objects: 0, counters: 0 };
  world.finalDifferences.set('db', { store: 'db', parts, objects: [], counters: [], unread: [], compared });
  const { context, notes } = notingContext(world);
  await noteLedger(context, 'db');
  const [entry] = notes;
  return entry?.topic === 'ledger' ? entry.facts.found : undefined;
}

function inserted(keys: readonly string[], total = keys.length): PartDifference {
  const changes = keys.map((key) => ({ operation: 'insert' as const, key, columns: [] }));
  return part('public.notes', { totals: { insert: total, delete: 0, update: 0 }, columns: {}, changes });
}

test('law 8: an acknowledged write that is no longer there is missed', async () => {
  expect(await isFound([inserted(['id=5'])])).toBe(true);
  expect(await isFound([inserted(['id=6'])])).toBe(false);
  expect(await isFound([])).toBe(false);
});

test('where not every row is listed by that key it cannot be missed', async () => {
  expect(await isFound([inserted(['id=6'], 500)])).toBe(true);
  expect(await isFound([inserted(['ctid=(0,1)'])])).toBe(true);
  expect(await isFound([{ ...inserted(['id=6']), totals: null }])).toBe(true);
});
