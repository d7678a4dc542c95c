import { expect, test } from 'vitest';
import { editedPlan, loadGood } from '../../test/support/plans.ts';
import { productionBytesOf } from './production.ts';

test('the bytes of all stores, or nothing while one of them has no size', () => {
  const docs: readonly [string, string] = ['samePointAs: db', 'samePointAs: db\n    production: { size: 1GiB }'];
  expect(productionBytesOf(loadGood(editedPlan(docs)).plan)).toBe(413 * 2 ** 30);
  expect(productionBytesOf(loadGood(editedPlan()).plan)).toBeNull();
});

test('a plan without stores has no size either, so that nothing is divided by it', () => {
  expect(productionBytesOf({ ...loadGood(editedPlan()).plan, systems: {} })).toBeNull();
});
