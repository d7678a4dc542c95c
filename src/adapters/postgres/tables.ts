import type { Part, Unread } from '../../subject/manifest.ts';
import { RollproofError } from '../../kernel/errors.ts';
import type { Connection, TextRow } from './connection.ts';
import { imageOf, type TypeFacts } from './image.ts';
import { loadTypes } from './column-types.ts';

/** Everything needed to read one table, or whatever else has rows. */
export interface TableShape {
  /** Qualified and quoted. */
  readonly name: string;
  readonly kind: Part['kind'];
  /** What stands after FROM, aliased `x`. */
  readonly source: string;
  readonly columns: readonly ColumnShape[];
  readonly key: readonly string[] | null;
  readonly volatile: boolean;
  readonly bytes: number;
  /** Size of one page, the unit of `ctid`. */
  readonly blockBytes: number;
  /** Null: never counted by the server. */
  readonly estimatedRows: number | null;
  /** Whether `ctid` ranges can cut it. */
  readonly sliceable: boolean;
}

export interface ColumnShape {
  readonly name: string;
  readonly type: TypeFacts;
  readonly image: string;
}

export interface TableList {
  readonly tables: readonly TableShape[];
  readonly unread: readonly Unread[];
}

/** Holds our change log while one is kept (`change-log.ts`); never read, so that a reading with it equals one without. */
export const OWN_SCHEMA = 'rollproof_watch';

/** Cuts sessions off (`faults/principal-faults.ts`). */
export const CUT_TRIGGER = `${OWN_SCHEMA}_cut`;

/** Of a trigger `t`: our own are not the user's. */
export const NOT_OURS = `t.tgname not in ('${OWN_SCHEMA}', '${OWN_SCHEMA}_all', '${CUT_TRIGGER}')`;

/** Schemas of the users. Temporary ones belong to sessions, not to the database. */
export const USER_SCHEMA = `n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', '${OWN_SCHEMA}')
  and n.nspname !~ '^pg_(toast_)?temp_'`;

const RELATIONS = `
  select c.oid, format('%I.%I', n.nspname, c.relname) as name, c.relkind as kind, c.relpersistence as persistence,
    c.relispopulated as populated, c.reltuples as tuples, c.relpages as pages,
    case when c.relkind in ('r', 'm') then pg_relation_size(c.oid) else 0 end as bytes,
    current_setting('block_size') as block,
    case when c.relpersistence = 't' then null else row_security_active(c.oid) end as guarded,
    has_table_privilege(c.oid, 'select') or not exists (select from pg_attribute a where a.attrelid = c.oid and a.attnum > 0
      and not a.attisdropped and not has_column_privilege(c.oid, a.attnum, 'select')) as readable
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'm', 'f') and (${USER_SCHEMA} or c.relpersistence = 't') order by 2`;

const COLUMNS = `
  select a.attrelid as relation, a.attname as name, a.atttypid as type
  from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'm') and a.attnum > 0 and not a.attisdropped and ${USER_SCHEMA}`;

/** The primary key first, else the narrowest unique index that can name every row. */
const KEYS = `
  select distinct on (i.indrelid) i.indrelid as relation,
    (select json_agg(a.attname order by k.position) from unnest(i.indkey::int2[]) with ordinality k(attnum, position)
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum where k.position <= i.indnkeyatts) as columns
  from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
  where i.indisunique and i.indisvalid and i.indimmediate and i.indpred is null and i.indexprs is null
    and c.relkind in ('r', 'm') and ${USER_SCHEMA}
    and not exists (select from unnest(i.indkey::int2[]) with ordinality k(attnum, position)
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum where k.position <= i.indnkeyatts and not a.attnotnull)
  order by i.indrelid, i.indisprimary desc, i.indnkeyatts, i.indexrelid`;

export async function listTables(connection: Connection): Promise<TableList> {
  const types = await loadTypes(connection);
  const columns = groupColumns(await connection.query(COLUMNS), types);
  const keys = new Map((await connection.query(KEYS)).map((row) => [row['relation'], row['columns'] ?? null]));
  const tables: TableShape[] = [];
  const unread: Unread[] = [];
  for (const row of await connection.query(RELATIONS)) {
    const reason = whyUnread(row);
    if (reason !== null) unread.push({ what: row['name'] ?? '', why: reason });
    else tables.push(shapeOf(row, columns.get(row['oid'] ?? '') ?? [], parseKey(keys.get(row['oid'] ?? ''))));
  }
  return { tables, unread };
}

function whyUnread(row: TextRow): string | null {
  const name = row['name'] ?? '';
  if (row['kind'] === 'f') return 'foreign table: its rows live in another server';
  if (row['persistence'] === 't') return 'temporary table of a session';
  if (row['readable'] !== 't') return 'no permission to select from it';
  if (row['guarded'] === 't') {
    throw new RollproofError('could-not-read', `row security hides rows of ${name} from this user`, {
      hint: 'read as the owner of the table, as a superuser, or as a role with BYPASSRLS',
    });
  }
  return null;
}

function shapeOf(row: TextRow, columns: readonly ColumnShape[], key: readonly string[] | null): TableShape {
  const name = row['name'] ?? '';
  const isView = row['kind'] === 'm';
  const populated = row['populated'] === 't';
  const bytes = Number(row['bytes']);
  return {
    name,
    kind: isView ? 'materialised-view' : 'table',
    // Selecting from an unfilled materialised view is an error; it has no rows.
    source: populated ? `only ${name} x` : emptySource(columns),
    columns,
    key,
    volatile: row['persistence'] === 'u' || !populated,
    bytes,
    blockBytes: Number(row['block']),
    estimatedRows: estimateRows(row, bytes),
    sliceable: populated,
  };
}

function emptySource(columns: readonly ColumnShape[]): string {
  const nulls = columns.map((column) => `null::${column.type.sqlName} as ${quote(column.name)}`);
  return `(select ${nulls.join(', ')} where false) x`;
}

function estimateRows(row: TextRow, bytes: number): number | null {
  const tuples = Number(row['tuples']);
  const pages = Number(row['pages']);
  if (tuples < 0 || pages <= 0) return bytes === 0 ? 0 : null;
  return Math.round((tuples / pages) * (bytes / Number(row['block'])));
}

function groupColumns(rows: readonly TextRow[], types: ReadonlyMap<string, TypeFacts>): Map<string, ColumnShape[]> {
  const grouped = new Map<string, ColumnShape[]>();
  for (const row of rows) {
    const type = types.get(row['type'] ?? '');
    const name = row['name'] ?? '';
    if (type === undefined)
      throw new RollproofError('could-not-read', `column ${name} has a type that the catalogue does not list`);
    const list = grouped.get(row['relation'] ?? '') ?? [];
    list.push({ name, type, image: imageOf(`x.${quote(name)}`, type) });
    grouped.set(row['relation'] ?? '', list);
  }
  // By name: a restore may bring the columns back in another order.
  for (const list of grouped.values()) list.sort((left, right) => (left.name < right.name ? -1 : 1));
  return grouped;
}

function parseKey(json: string | null | undefined): readonly string[] | null {
  return json === null || json === undefined ? null : (JSON.parse(json) as readonly string[]);
}

export function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
