import type { Bucket, BucketPair } from './bucket-list.ts';
import type { Operation, RowChange } from './difference.ts';
import type { Buckets } from './manifest.ts';

const EMPTY = { low: 0n, located: 0n };

/**
 * Names a key from sums alone. With one row changed in a bucket, both sums moved by the same hash, the located one
 * multiplied by the row's offset: the quotient is the offset. Several changes in one bucket leave no whole quotient
 * (by chance one in about four thousand million divided by the width of the bucket) and name nothing.
 */
export function locateChange(cut: Buckets['cut'], [id, before, after]: BucketPair): RowChange | null {
  if (cut.by !== 'key-range') return null;
  const rows = (after?.rows ?? 0) - (before?.rows ?? 0);
  const offset = offsetOf(before ?? EMPTY, after ?? EMPTY);
  if (Math.abs(rows) > 1 || offset === null || offset < 0n || offset >= 1n << BigInt(cut.shift)) return null;
  const key = (id << BigInt(cut.shift)) + offset;
  return { operation: operationOf(rows), key: `${cut.column}=${key}`, columns: [] };
}

type Locating = Pick<Bucket, 'low' | 'located'>;

/** The sums wrap; what one row moves them by is far below 2^63. */
function offsetOf(before: Locating, after: Locating): bigint | null {
  const moved = BigInt.asIntN(64, after.low - before.low);
  const located = BigInt.asIntN(64, after.located - before.located);
  return moved !== 0n && located % moved === 0n ? located / moved : null;
}

function operationOf(rows: number): Operation {
  if (rows === 0) return 'update';
  return rows > 0 ? 'insert' : 'delete';
}
