import type { Connection } from './connection.ts';
import { isInteger, textOf } from './image.ts';
import { type ColumnShape, quote, type TableShape } from './tables.ts';

/** One table as one of the two databases has it. */
export interface Side {
  readonly connection: Connection;
  readonly shape: TableShape;
}

/** The same table in both databases, its common columns hashed alike. */
export interface Aligned {
  readonly before: Side;
  readonly after: Side;
  readonly key: readonly string[] | null;
  /** Columns that only one side has: every row differs in them. */
  readonly odd: readonly string[];
}

export function align(before: Side, after: Side): Aligned {
  const later = new Map(after.shape.columns.map((column) => [column.name, column]));
  const common: [ColumnShape, ColumnShape][] = [];
  const odd: string[] = [];
  for (const column of before.shape.columns) {
    const twin = later.get(column.name);
    later.delete(column.name);
    if (twin === undefined) odd.push(column.name);
    else if (twin.image === column.image) common.push([column, twin]);
    // Of another type now: only the text can tell whether the value is the same.
    else common.push([asText(column), asText(twin)]);
  }
  odd.push(...later.keys());
  const withColumns = (side: Side, which: 0 | 1): Side => ({
    ...side,
    shape: { ...side.shape, columns: common.map((pair) => pair[which]) },
  });
  return {
    before: withColumns(before, 0),
    after: withColumns(after, 1),
    key: commonKey(before.shape, after.shape),
    odd,
  };
}

function asText(column: ColumnShape): ColumnShape {
  return { ...column, image: `${textOf(`x.${quote(column.name)}`, column.type)} collate pg_catalog."C"` };
}

/** A key of the earlier state that names rows of the later one too. */
function commonKey(before: TableShape, after: TableShape): readonly string[] | null {
  const [one, other] = [before.key, after.key];
  if (one === null || other === null || one.join('\0') !== other.join('\0')) return null;
  // Integers are sorted by value, everything else by text: both sides must send their rows in one order.
  return one.every((name) => isWhole(before, name) === isWhole(after, name)) ? one : null;
}

function isWhole(shape: TableShape, name: string): boolean {
  return shape.columns.some((column) => column.name === name && isInteger(column.type));
}
