import type { BucketSums } from '../../subject/bucket-list.ts';
import type { Connection } from './connection.ts';
import type { Cut } from './cut.ts';
import { streamTuples } from './snapshot.ts';
import { quote, type TableShape } from './tables.ts';

/**
 * The 64-bit hash of one row image `r`. The outer hash is what makes it exact in a sum: the hash of a record is linear
 * in its columns, so values swapped between two rows would cancel.
 */
export function rowHash(seed: string): string {
  return `hashtextextended('', hash_record_extended(r, ${seed}::int8))`;
}

export function rowImage(shape: TableShape): string {
  return `row(${shape.columns.map((column) => column.image).join(', ')})`;
}

/** One pass over the rows that `where` admits. The inner selects must not be merged: hashing would run several times. */
export function bucketQuery(shape: TableShape, options: { cut: Cut; seed: string; where?: string }): string {
  const { cut, seed, where } = options;
  const bucket = cut.by === 'row-hash' ? `h & ${2 ** cut.bits - 1}` : 'b';
  return `
    select ${bucket} as b, count(*), sum(h), sum(h & 4294967295), sum((h & 4294967295) * o) from (
      select b, o, ${rowHash(seed)} as h from (
        select ${placeOf(cut)}, ${rowImage(shape)} as r from ${shape.source}${where === undefined ? '' : ` where ${where}`} offset 0
      ) i offset 0
    ) j group by 1`;
}

/** Bucket and offset in it. Shifting floors, dividing would not: negative keys would share buckets with positive ones. */
function placeOf(cut: Cut): string {
  if (cut.by !== 'key-range') return '0::int8 as b, 0::int8 as o';
  const key = `x.${quote(cut.column)}::int8`;
  return `${key} >> ${cut.shift} as b, ${key} & ${2 ** cut.shift - 1} as o`;
}

/** Adds the sums of one pass to those of the others over the same table. Inside a transaction, for its cursor. */
export async function addBuckets(connection: Connection, sql: string, into: BucketSums): Promise<number> {
  let rows = 0;
  for await (const [id, count, sum, low, located] of streamTuples(connection, sql)) {
    into.add({
      id: BigInt(id ?? '0'),
      rows: Number(count),
      sum: BigInt(sum ?? '0'),
      low: BigInt(low ?? '0'),
      located: BigInt(located ?? '0'),
    });
    rows += Number(count);
  }
  return rows;
}
