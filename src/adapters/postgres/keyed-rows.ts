import { invariant } from '../../kernel/errors.ts';
import type { Operation } from '../../subject/difference.ts';
import { mergeSorted } from '../../subject/merge.ts';
import type { Side } from './alignment.ts';
import { rowHash, rowImage } from './buckets.ts';
import { isInteger, textOf } from './image.ts';
import { streamTuples } from './snapshot.ts';
import { quote, type TableShape } from './tables.ts';

/** Any fixed seed will do where two databases are compared in one go. */
export const EXPLAIN_SEED = '0';

export interface KeyRange {
  readonly from: bigint;
  readonly to: bigint;
}

export interface KeyedChange {
  readonly operation: Operation | 'same';
  readonly key: readonly string[];
}

interface KeyedRow {
  readonly key: readonly string[];
  readonly hash: string;
}

/** Changes between two tables in key order. Needs memory for a few thousand rows, whatever the size of the tables. */
export async function* diffByKey(
  sides: { readonly before: Side; readonly after: Side },
  key: readonly string[],
  ranges: readonly KeyRange[] | null,
): AsyncGenerator<KeyedChange> {
  const order = keyOrder(sides.before.shape, key);
  const rows = mergeSorted(streamKeys(sides.before, key, ranges), streamKeys(sides.after, key, ranges), (left, right) =>
    order(left.key, right.key),
  );
  for await (const [before, after] of rows) {
    if (before === null) yield { operation: 'insert', key: after.key };
    else if (after === null) yield { operation: 'delete', key: before.key };
    else yield { operation: before.hash === after.hash ? 'same' : 'update', key: before.key };
  }
}

async function* streamKeys(
  side: Side,
  key: readonly string[],
  ranges: readonly KeyRange[] | null,
): AsyncGenerator<KeyedRow> {
  const { shape } = side;
  const names = key.map((_, index) => `k${index}`);
  const images = key.map((column, index) => `${keyText(shape, column)} as k${index}`);
  const sorted = key.map((column, index) =>
    isIntegerColumn(shape, column) ? `k${index}::int8` : `textsend(k${index})`,
  );
  const sql = `
    select ${names.join(', ')}, h from (select ${names.join(', ')}, ${rowHash(EXPLAIN_SEED)} as h from (
      select ${images.join(', ')}, ${rowImage(shape)} as r from ${fromRanges(shape, key, ranges)} offset 0
    ) i offset 0) j order by ${sorted.join(', ')}`;
  for await (const tuple of streamTuples(side.connection, sql)) {
    yield { key: tuple.slice(0, key.length).map((part) => part ?? ''), hash: tuple[key.length] ?? '' };
  }
}

function fromRanges(shape: TableShape, key: readonly string[], ranges: readonly KeyRange[] | null): string {
  if (ranges === null) return shape.source;
  const [column] = key;
  invariant(column !== undefined && ranges.length > 0, 'key ranges need a key column and at least one range');
  const values = ranges.map(({ from, to }) => `('${from}'::int8, '${to}'::int8)`);
  return `(values ${values.join(', ')}) q(low, high) join ${shape.source} on x.${quote(column)} between q.low and q.high`;
}

/** Exact text of a key column. */
export function keyText(shape: TableShape, name: string): string {
  const column = shape.columns.find((candidate) => candidate.name === name);
  invariant(column !== undefined, `key column ${name} is not among the columns of ${shape.name}`);
  return textOf(`x.${quote(name)}`, column.type);
}

function isIntegerColumn(shape: TableShape, name: string): boolean {
  return shape.columns.some((column) => column.name === name && isInteger(column.type));
}

/** The order in which the server sends keys: integers by value, everything else by the bytes of its text. */
function keyOrder(
  shape: TableShape,
  key: readonly string[],
): (left: readonly string[], right: readonly string[]) => number {
  const integer = key.map((name) => isIntegerColumn(shape, name));
  return (left, right) => {
    for (const [index, isWhole] of integer.entries()) {
      const place = isWhole
        ? Number(BigInt(left[index] ?? '0') - BigInt(right[index] ?? '0'))
        : Buffer.compare(Buffer.from(left[index] ?? ''), Buffer.from(right[index] ?? ''));
      if (place !== 0) return place;
    }
    return 0;
  };
}
