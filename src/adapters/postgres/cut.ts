import type { Buckets } from '../../subject/manifest.ts';
import type { Connection } from './connection.ts';
import { isInteger } from './image.ts';
import { quote, type TableShape } from './tables.ts';

export type Cut = Buckets['cut'];

/** Below this a second look at the whole table costs less than its buckets. */
const WHOLE_BELOW_ROWS = 10_000;
const ROWS_PER_BUCKET = 128;
/**
 * All buckets of a manifest together, so that its size does not grow with the data. Larger buckets cost nothing until
 * they differ; then the rows of one are streamed to find the changed ones.
 */
const MOST_BUCKETS = 16_384;
/** Offset times 32 bits of hash must stay inside a bigint. */
const WIDEST_SHIFT = 30;

export function rowsPerBucket(totalRows: number): number {
  return Math.max(ROWS_PER_BUCKET, 2 ** Math.ceil(Math.log2(Math.max(1, totalRows / MOST_BUCKETS))));
}

/** The integer column whose ranges can be buckets. */
export function integerKey(shape: TableShape): string | null {
  const [name, ...others] = shape.key ?? [];
  if (name === undefined || others.length > 0) return null;
  const column = shape.columns.find((candidate) => candidate.name === name);
  return column !== undefined && isInteger(column.type) ? name : null;
}

export async function estimateRows(connection: Connection, shape: TableShape): Promise<number> {
  if (shape.estimatedRows !== null) return shape.estimatedRows;
  const [row] = await connection.query(`select count(*) as rows from ${shape.source}`);
  return Number(row?.['rows'] ?? 0);
}

/** Ranges of an integer key where there is one: neighbours share a bucket, and the index finds them again. */
export async function chooseCut(
  connection: Connection,
  shape: TableShape,
  size: { rows: number; perBucket: number },
): Promise<Cut> {
  if (size.rows < WHOLE_BELOW_ROWS) return { by: 'whole' };
  const key = integerKey(shape);
  const shift = key === null ? null : await chooseShift(connection, { source: shape.source, key }, size);
  if (key !== null && shift !== null) return { by: 'key-range', column: key, shift };
  const bits = Math.ceil(Math.log2(size.rows / size.perBucket));
  return { by: 'row-hash', bits: Math.min(16, Math.max(4, bits)) };
}

async function chooseShift(
  connection: Connection,
  place: { readonly source: string; readonly key: string },
  size: { rows: number; perBucket: number },
): Promise<number | null> {
  const column = `x.${quote(place.key)}`;
  const [row] = await connection.query(`select min(${column}) as low, max(${column}) as high from ${place.source}`);
  const { low, high } = { low: row?.['low'] ?? null, high: row?.['high'] ?? null };
  if (low === null || high === null) return null;
  const span = Number(BigInt(high) - BigInt(low)) + 1;
  const shift = Math.max(0, Math.ceil(Math.log2((span / size.rows) * size.perBucket)));
  return shift <= WIDEST_SHIFT ? shift : null;
}
