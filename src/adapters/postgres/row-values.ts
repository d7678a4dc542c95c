import { isInteger, textOf } from './image.ts';
import type { Aligned, Side } from './alignment.ts';
import type { RowValues } from '../../subject/explanation.ts';
import type { TextTuple } from './connection.ts';
import { keyText } from './keyed-rows.ts';
import { quote } from './tables.ts';

/** A row by the hash of every stored image, which sees more than text, and its text where it was asked for. */
export interface FetchedRow {
  readonly images: TextTuple;
  readonly values: RowValues | null;
}

export interface WantedRows {
  readonly key: readonly string[];
  readonly keys: readonly (readonly string[])[];
  readonly withValues: boolean;
}

/** Rows by key. A key that is not there is not in the result. */
export async function fetchRows(
  side: Side,
  { key, keys, withValues }: WantedRows,
): Promise<ReadonlyMap<string, FetchedRow>> {
  const found = new Map<string, FetchedRow>();
  if (keys.length === 0) return found;
  const { shape } = side;
  const arrays = key.map((_, index) => arrayLiteral(keys.map((parts) => parts[index] ?? '')));
  const joins = key.map((name, index) => {
    const type = shape.columns.find((column) => column.name === name)?.type;
    return `x.${quote(name)} = q.k${index}::${type === undefined ? 'text' : isInteger(type) ? 'int8' : type.sqlName}`;
  });
  const images = shape.columns.map((column) => `hash_record_extended(row(${column.image}), 0)`);
  const sql = `select ${[...key.map((name) => keyText(shape, name)), ...images, ...(withValues ? columnTexts(side) : [])].join(', ')}
    from unnest(${key.map((_, index) => `$${index + 1}::text[]`).join(', ')}) q(${key.map((_, index) => `k${index}`).join(', ')})
    join ${shape.source} on ${joins.join(' and ')}`;
  const valuesFrom = key.length + images.length;
  for (const tuple of await side.connection.tuples(sql, arrays)) {
    const values = withValues ? valuesOf(side, tuple.slice(valuesFrom)) : null;
    found.set(tuple.slice(0, key.length).join('\0'), { images: tuple.slice(key.length, valuesFrom), values });
  }
  return found;
}

export function columnTexts(side: Side): readonly string[] {
  return side.shape.columns.map((column) => textOf(`x.${quote(column.name)}`, column.type));
}

export function valuesOf(side: Side, texts: TextTuple): RowValues {
  return Object.fromEntries(side.shape.columns.map((column, index) => [column.name, texts[index] ?? null]));
}

export function changedColumns(aligned: Aligned, before: FetchedRow, after: FetchedRow): readonly string[] {
  const { columns } = aligned.before.shape;
  const changed = columns
    .filter((_, index) => before.images[index] !== after.images[index])
    .map((column) => column.name);
  return [...changed, ...aligned.odd];
}

export function arrayLiteral(items: readonly string[]): string {
  return `{${items.map((item) => `"${item.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`;
}
