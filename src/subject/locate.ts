import type { BucketPair } from './compare.ts';
import type { Operation, RowChange } from './difference.ts';
import type { Bucket, Buckets } from './manifest.ts';

const EMPTY: Omit<Bucket, 'id'> = { rows: 0, sum: '0', low: '0', located: '0' };

/**
 * Names keys from sums alone. With one row changed in a bucket, both sums moved by the same hash, the located one
 * multiplied by the row's offset: the quotient is the offset. Several changes in one bucket leave no whole quotient
 * (by chance one in about four thousand million divided by the width of the bucket) and name nothing.
 */
export function locateChanges(cut: Buckets['cut'], buckets: readonly BucketPair[]): readonly RowChange[] {
  if (cut.by !== 'key-range') return [];
  return buckets.flatMap(([id, before, after]) => {
    const rows = (after?.rows ?? 0) - (before?.rows ?? 0);
    const offset = offsetOf(before ?? { id, ...EMPTY }, after ?? { id, ...EMPTY });
    if (Math.abs(rows) > 1 || offset === null || offset < 0n || offset >= 1n << BigInt(cut.shift)) return [];
    const key = (BigInt(id) << BigInt(cut.shift)) + offset;
    return [{ operation: operationOf(rows), key: `${cut.column}=${key}`, columns: [] }];
  });
}

function offsetOf(before: Bucket, after: Bucket): bigint | null {
  const moved = BigInt(after.low) - BigInt(before.low);
  const located = BigInt(after.located) - BigInt(before.located);
  return moved !== 0n && located % moved === 0n ? located / moved : null;
}

function operationOf(rows: number): Operation {
  if (rows === 0) return 'update';
  return rows > 0 ? 'insert' : 'delete';
}
