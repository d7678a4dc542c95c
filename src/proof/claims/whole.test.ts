import { describe, expect, test } from 'vitest';
import { check, comparison, evidenceOf, failedBy, note, part, type Story } from '../../../test/support/evidence.ts';
import { readClocks } from '../clocks.ts';
import { judgeClaims } from './claims.ts';
import { judgeWhole, type WholeVerdict } from './whole.ts';

function wholeOf(story: Story = {}): WholeVerdict {
  const evidence = evidenceOf(story);
  return judgeWhole(evidence, judgeClaims(evidence, readClocks(evidence)));
}

const unknownCheck: Story['notes'] = { checks: () => [check('orders', 'verify', { outcome: 'unknown' })] };
const written = comparison('db', { reading: 'between seal and first change', parts: [part('public.deals')] });

describe('law 3: claims fold into one verdict', () => {
  test('proven, with the claims that it covers and the size it was shown at', () => {
    expect(wholeOf({ productionBytes: 2_000_000 })).toEqual({
      whole: 'proven',
      reasons: ['data, files, function, access proven on 2,000 rows, 1.0 MB, 50 % of production'],
    });
  });

  test('any failed claim fails it, required or not', () => {
    const { whole, reasons } = wholeOf({ notes: { 'gap.db': () => [note('comparison', written)] } });
    expect(whole).toBe('failed');
    expect(reasons).toEqual([expect.stringMatching(/^loss: /)]);
  });

  test('failed beats inconclusive', () => {
    expect(wholeOf({ notes: { ...unknownCheck, 'gap.db': () => [note('comparison', written)] } }).whole).toBe('failed');
  });

  test('a required claim that is inconclusive or not examined makes it inconclusive', () => {
    expect(wholeOf({ notes: unknownCheck })).toMatchObject({
      whole: 'inconclusive',
      reasons: [expect.stringMatching(/^function: /)],
    });
    expect(wholeOf({ notes: { checks: () => [] } }).whole).toBe('inconclusive');
    const requiresTime: Story['edit'] = (plan) =>
      void Object.assign(plan.scenarios['clean-return'] ?? {}, { requires: ['time'] });
    expect(wholeOf({ edit: requiresTime }).whole).toBe('inconclusive');
  });

  test('no evidence at all is inconclusive', () => {
    expect(judgeWhole(evidenceOf(), [])).toMatchObject({
      whole: 'inconclusive',
      reasons: [expect.stringMatching(/no claim is required/)],
    });
  });

  test('a step skipped by hand leaves it inconclusive at most', () => {
    expect(wholeOf({ byHand: { 'go-back.old': 'it was there already' } })).toEqual({
      whole: 'inconclusive',
      reasons: ['go-back.old was skipped by hand: it was there already'],
    });
    expect(wholeOf({ byHand: { 'go-back.old': 'x' }, outcomes: { 'go-back.restore': failedBy('plan') } }).whole).toBe(
      'failed',
    );
  });

  test('a part of the plan gives no verdict', () => {
    expect(wholeOf({ partial: true }).whole).toBe('inconclusive');
    expect(wholeOf({ partial: true, outcomes: { 'go-back.restore': failedBy('plan') } }).whole).toBe('inconclusive');
  });
});
