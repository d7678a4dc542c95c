import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeSorted } from './merge.ts';

async function* of(items: readonly number[]): AsyncGenerator<number> {
  yield* items;
}

describe('merging two sorted sequences', () => {
  it('pairs what both have and misses nothing', async () => {
    const sorted = fc
      .uniqueArray(fc.integer({ min: 0, max: 30 }))
      .map((items) => items.toSorted((left, right) => left - right));
    await fc.assert(
      fc.asyncProperty(sorted, sorted, async (before, after) => {
        const pairs: unknown[] = [];
        for await (const pair of mergeSorted(of(before), of(after), (left, right) => left - right)) pairs.push(pair);
        const all = [...new Set([...before, ...after])].toSorted((left, right) => left - right);
        expect(pairs).toEqual(
          all.map((item) => [before.includes(item) ? item : null, after.includes(item) ? item : null]),
        );
      }),
    );
  });
});
