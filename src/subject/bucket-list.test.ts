import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bucket, BucketList, BucketSums } from './bucket-list.ts';

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const bucket: fc.Arbitrary<Bucket> = fc.record({
  id: int64,
  rows: fc.integer({ min: 0, max: 2 ** 32 }),
  sum: uint64,
  low: uint64,
  located: uint64,
});
const buckets = fc.uniqueArray(bucket, { selector: ({ id }) => id, maxLength: 200 });
const byId = (left: Bucket, right: Bucket): number => (left.id < right.id ? -1 : 1);

describe('a list of buckets', () => {
  it('gives back what it was made of, in the order of ids', () => {
    fc.assert(
      fc.property(buckets, (given) => {
        expect([...BucketList.of(given)]).toEqual(given.toSorted(byId));
      }),
    );
  });

  it('is the same whatever the order and the pieces in which its buckets came', () => {
    fc.assert(
      fc.property(buckets, fc.integer({ min: 1, max: 1_000 }), (given, rows) => {
        const sums = new BucketSums();
        for (const one of given.toReversed()) {
          sums.add({ ...one, rows: 0, sum: one.sum - 1n });
          sums.add({ id: one.id, rows, sum: 1n, low: 0n, located: 2n ** 64n });
        }
        expect(sums.list().bytes).toEqual(BucketList.of(given.map((one) => ({ ...one, rows }))).bytes);
      }),
    );
  });

  it('takes forty bytes a bucket', () => {
    const list = BucketList.of(
      Array.from({ length: 1_000 }, (_, id) => ({ id: BigInt(id), rows: 1, sum: 1n, low: 1n, located: 1n })),
    );
    expect(list.length).toBe(1_000);
    expect(list.bytes.length).toBe(40_000);
  });

  it('tells what differs from a later list, by id', () => {
    const one = { rows: 1, sum: 7n, low: 7n, located: 0n };
    const earlier = BucketList.of([-2n, 3n, 4n, 6n, 9n].map((id) => ({ id, ...one })));
    const later = BucketList.of([
      ...[-5n, 3n, 4n].map((id) => ({ id, ...one, sum: id === 4n ? 8n : 7n })),
      { id: 6n, ...one, rows: 2 },
    ]);
    const pairs = [...earlier.differentFrom(later)];
    expect(pairs.map(([id, before, after]) => [id, before?.sum, after?.sum, after?.rows])).toEqual([
      [-5n, undefined, 7n, 1],
      [-2n, 7n, undefined, undefined],
      [4n, 7n, 8n, 1],
      [6n, 7n, 7n, 2],
      [9n, 7n, undefined, undefined],
    ]);
    expect(earlier.idsWith(later)).toBe(6);
  });
});
