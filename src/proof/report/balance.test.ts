import fc from 'fast-check';
import { expect, test } from 'vitest';
import { s0WorkLost } from '../../../test/fixtures/records/s0-work-lost.ts';
import { drawBalance, layoutBalance } from './balance.ts';

const [, sample] = s0WorkLost.work[0]?.balances ?? [];
if (sample === undefined) throw new Error('the sample has no second balance');

test('whatever is unaccounted for can be seen, however little it is, and the beam is full', () => {
  const counts = fc.record({
    kept: fc.nat(5_000),
    replayed: fc.nat(5_000),
    parked: fc.nat(50),
    waived: fc.nat(5_000),
    lost: fc.nat(5_000),
  });
  fc.assert(
    fc.property(counts, fc.constantFrom(328, 704, 1_068), (ends, width) => {
      const captured = Object.values(ends).reduce((sum, count) => sum + count, 0);
      const balance = { ...sample, captured, unaccounted: ends.lost, ends: { ...sample.ends, ...ends } };
      const { segments, rest } = layoutBalance(balance, width);
      const drawn = [...segments, ...(rest === null ? [] : [rest])];
      expect(rest === null).toBe(ends.lost === 0);
      if (rest !== null) expect(rest.width).toBeGreaterThanOrEqual(24 - 1e-6);
      expect(drawn.every((one) => one.width > 0 && one.x + one.width <= width + 1e-6)).toBe(true);
      if (captured > 0) expect(drawn.reduce((sum, one) => sum + one.width, 0)).toBeCloseTo(width);
    }),
  );
});

test('the picture says in words what it shows', () => {
  const text = drawBalance(sample, { width: 704, scope: 's' }).text;
  expect(text).toContain(
    'aria-label="231 captured = 196 kept + 12 replayed + 4 parked (Ines Falk) + 17 waived (sponsor); 2 unaccounted for"',
  );
  expect(text).toContain('>2 writes unaccounted for</text>');
  expect(drawBalance({ ...sample, unaccounted: 0 }, { width: 704, scope: 's' }).text).not.toContain('is-rest');
});
