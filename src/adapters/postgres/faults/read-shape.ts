import { z } from 'zod';
import { RollproofError } from '../../../kernel/errors.ts';
import type { ColumnFamily, ColumnShape, StoreShape, TableShape } from '../../../fault/shape.ts';
import type { SqlStore } from '../../../subject/store.ts';
import { rowHash, rowImage } from '../buckets.ts';
import type { Connection } from '../connection.ts';
import { EXPLAIN_SEED } from '../keyed-rows.ts';
import { listTables } from '../tables.ts';
import { SCHEMA_QUERY } from './schema-query.ts';
import { columnOf, literal } from './statement.ts';

/** What injectors need of a store. */
/** `role`: whom programs log in as, where the store knows. */
export type FaultStore = Pick<SqlStore, 'name' | 'query'> & Partial<Pick<SqlStore, 'role'>>;

const column = z.object({
  name: z.string(),
  object: z.string(),
  base: z.string().nullable(),
  type: z.string(),
  modifier: z.number(),
  pinned: z.boolean(),
  notNull: z.boolean(),
  generated: z.boolean(),
  identity: z.boolean(),
  default: z.string().nullable(),
  sequence: z.string().nullable(),
});
const table = z.object({
  name: z.string(),
  schema: z.string(),
  label: z.string(),
  bytes: z.number(),
  partition: z.boolean(),
  root: z.string().nullable(),
  rules: z.boolean(),
  /** Triggers that fire although the session says not to: always, or before the statement has said so. */
  stubbornTriggers: z.array(z.string()),
  key: z.array(z.string()).nullable(),
  uniques: z.array(z.array(z.string())),
  columns: z.array(column),
  partitionedBy: z.array(z.string()),
  links: z.array(z.object({ column: z.string(), parent: z.string(), parentColumn: z.string(), inferred: z.boolean() })),
  boundColumns: z.array(z.string()),
  constraints: z.array(
    z.object({
      name: z.string(),
      object: z.string(),
      kind: z.enum(['foreign-key', 'check', 'unique']),
      columns: z.array(z.string()),
      definition: z.string(),
    }),
  ),
  triggers: z.array(z.object({ name: z.string(), object: z.string(), definition: z.string() })),
});
const document = z.object({
  tables: z.array(table),
  sequences: z.array(
    z.object({ name: z.string(), table: z.string(), column: z.string(), minimum: z.string(), next: z.string() }),
  ),
});
type RawTable = z.output<typeof table>;
type RawColumn = z.output<typeof column>;

/** Beyond this a table is large, and its size in bytes says enough. */
const COUNTED_ROWS = 10_000;
const TYPICAL_ROW_BYTES = 120;

export async function readShape(store: FaultStore): Promise<StoreShape> {
  const [row] = await store.query(SCHEMA_QUERY, { readOnly: true });
  const text = row?.['shape'];
  if (typeof text !== 'string') throw new RollproofError('could-not-read', `${store.name} did not describe its schema`);
  const raw = document.parse(JSON.parse(text));
  const counts = await countRows(store, raw.tables);
  const contents = raw.tables.some((entry) => entry.key === null)
    ? await contentNames(store)
    : new Map<string, string>();
  const tables = raw.tables.map((entry, index) => ({
    ...tableOf(entry, counts[index] ?? 0),
    rowName: entry.key === null ? (contents.get(entry.name) ?? "'row'") : keyName(entry, entry.key),
  }));
  return { tables, sequences: raw.sequences };
}

async function countRows(store: FaultStore, tables: readonly RawTable[]): Promise<readonly number[]> {
  if (tables.length === 0) return [];
  const parts = tables.map(
    (entry, index) =>
      `select ${index} as place, (select count(*) from (select 1 from only ${entry.name} limit ${COUNTED_ROWS + 1}) rows) as rows`,
  );
  const counted = await store.query(`${parts.join(' union all ')} order by 1`, { readOnly: true });
  return counted.map((row, index) => {
    const rows = Number(row['rows']);
    return rows > COUNTED_ROWS ? Math.max(rows, Math.round((tables[index]?.bytes ?? 0) / TYPICAL_ROW_BYTES)) : rows;
  });
}

function keyName(raw: RawTable, key: readonly string[]): string {
  const texts = key.map((name, at) => {
    const value = columnOf(name);
    const isPadded = raw.columns.some((entry) => entry.name === name && entry.base === 'bpchar');
    // The text of char(n) has lost its blanks, which readings keep.
    const text = isPadded ? `textin(bpcharout(${value}::bpchar))` : `(${value})::text`;
    return `${literal(`${at === 0 ? '' : ', '}${name}=`)} || ${text}`;
  });
  return texts.join(' || ');
}

/** Rows without a key are named by the hash that readings name them by. */
async function contentNames(store: FaultStore): Promise<ReadonlyMap<string, string>> {
  const query: Connection['query'] = (sql, parameters = []) => store.query(sql, { parameters, readOnly: true });
  // why: listing asks a connection for rows and nothing else
  const { tables } = await listTables({ query } as Connection);
  return new Map(
    tables.map((shape) => [
      shape.name,
      `'row ' || lpad(to_hex((select ${rowHash(EXPLAIN_SEED)} from (select ${rowImage(shape)} as r from (select t.*) x offset 0) image)), 16, '0')`,
    ]),
  );
}

function tableOf(raw: RawTable, rows: number): Omit<TableShape, 'rowName'> {
  const { name, schema, label, root, key, uniques, links, constraints, triggers } = raw;
  return {
    name,
    schema,
    label,
    root,
    rows,
    key,
    uniques,
    links,
    constraints,
    triggers,
    columns: raw.columns.map(columnShapeOf),
    // References of several columns hang together like the partition's columns: changing one alone is another fault.
    partitionedBy: [...raw.partitionedBy, ...raw.boundColumns],
    hazard: hazardOf(raw),
  };
}

function hazardOf(raw: RawTable): string | null {
  if (raw.rules) return 'a rewrite rule would turn the statement into another one';
  const [trigger] = raw.stubbornTriggers;
  return trigger === undefined ? null : `trigger ${trigger} would fire and change more than the fault`;
}

function columnShapeOf(raw: RawColumn): ColumnShape {
  const { name, object, type, pinned, notNull, generated, identity, sequence } = raw;
  const family = familyOf(raw.base);
  return {
    name,
    object,
    family,
    type,
    pinned,
    notNull,
    generated,
    identity,
    sequence,
    default: raw.default,
    // Type modifiers carry 4 bytes of header before what they say.
    limit: family === 'text' && raw.modifier >= 4 ? raw.modifier - 4 : null,
    ...digitsOf(raw, family),
  };
}

function digitsOf(raw: RawColumn, family: ColumnFamily): Pick<ColumnShape, 'wholeDigits' | 'scale'> {
  if (raw.base === 'int2') return { wholeDigits: 4, scale: 0 };
  if (raw.base === 'int4') return { wholeDigits: 9, scale: 0 };
  if (raw.base === 'int8') return { wholeDigits: 18, scale: 0 };
  if (family === 'money') return { wholeDigits: 16, scale: 2 };
  if (family !== 'decimal' || raw.modifier < 4) return { wholeDigits: null, scale: null };
  const modifier = raw.modifier - 4;
  const precision = modifier >> 16;
  // Eleven bits, signed since PostgreSQL 15.
  const scale = ((modifier & 0x7ff) ^ 1024) - 1024;
  return { wholeDigits: precision - scale, scale };
}

const FAMILIES: Readonly<Record<string, ColumnFamily>> = {
  int2: 'integer',
  int4: 'integer',
  int8: 'integer',
  numeric: 'decimal',
  float4: 'float',
  float8: 'float',
  money: 'money',
  text: 'text',
  varchar: 'text',
  bpchar: 'char',
  date: 'date',
  timestamp: 'timestamp',
  timestamptz: 'timestamp',
  bool: 'boolean',
  uuid: 'uuid',
};

function familyOf(base: string | null): ColumnFamily {
  return FAMILIES[base ?? ''] ?? 'other';
}
