/** As much of a store's schema as is needed to find a place for a fault. Engines fill it in; choosing is the same for all. */
export interface StoreShape {
  readonly tables: readonly TableShape[];
  readonly sequences: readonly SequenceShape[];
}

export interface TableShape {
  /** As parts of a manifest are named. */
  readonly name: string;
  /** Names without quotes, for matching what a plan says and for guessing what a table is about. */
  readonly schema: string;
  readonly label: string;
  /** The partitioned table that it is a part of, `schema.name` without quotes. */
  readonly root: string | null;
  /** Exact for small tables, an estimate for large ones. */
  readonly rows: number;
  readonly key: readonly string[] | null;
  /** Expression of the store's language that names a row as `RowChange.key` does. */
  readonly rowName: string;
  readonly columns: readonly ColumnShape[];
  /** Columns of every unique index and exclusion constraint; an index on expressions has none. */
  readonly uniques: readonly (readonly string[])[];
  readonly links: readonly LinkShape[];
  readonly partitionedBy: readonly string[];
  readonly constraints: readonly ConstraintShape[];
  readonly triggers: readonly TriggerShape[];
  /** Why a statement on it would not do what it says, such as a rewrite rule. */
  readonly hazard: string | null;
}

export interface ColumnShape {
  readonly name: string;
  /** As objects of a manifest are named. */
  readonly object: string;
  readonly family: ColumnFamily;
  /** With modifiers, `character varying(40)`: equal types can be exchanged. */
  readonly type: string;
  /** Characters of a text, null for any number. */
  readonly limit: number | null;
  /** Digits before the point that a decimal can hold, null for any number. */
  readonly wholeDigits: number | null;
  readonly scale: number | null;
  /** Something else in the schema, such as a view, keeps its type from being changed. */
  readonly pinned: boolean;
  readonly notNull: boolean;
  readonly generated: boolean;
  readonly identity: boolean;
  readonly default: string | null;
  /** Sequence that numbers it, qualified. */
  readonly sequence: string | null;
}

export type ColumnFamily =
  | 'integer'
  | 'decimal'
  | 'float'
  | 'money'
  | 'text'
  | 'date'
  | 'timestamp'
  | 'char'
  | 'boolean'
  | 'uuid'
  | 'other';

/** A reference of one column to one column. */
export interface LinkShape {
  readonly column: string;
  readonly parent: string;
  readonly parentColumn: string;
  /** Guessed from names: nothing in the schema declares it. */
  readonly inferred: boolean;
}

export interface ConstraintShape {
  readonly name: string;
  readonly object: string;
  readonly kind: 'foreign-key' | 'check' | 'unique';
  readonly columns: readonly string[];
  readonly definition: string;
}

export interface TriggerShape {
  readonly name: string;
  readonly object: string;
  readonly definition: string;
}

export interface SequenceShape {
  readonly name: string;
  readonly table: string;
  readonly column: string;
  readonly minimum: string;
  readonly next: string;
}

/** Written by programs for themselves: damage there says little about the business. */
const AUXILIARY =
  /(^|_)(jobs?|queue|logs?|audit|sessions?|migrations?|versions?|tokens?|cache|events?|outbox|history|tmp|temp|backup|settings?|config|meta|alembic|flyway|knex|schema)(_|$)/i;
const BUSINESS =
  /account|contact|customer|client|compan|lead|deal|opportunit|order|invoice|payment|quote|case|ticket|activit|product|employee|contract|rental|salar/i;

/** How much damage to this table would matter; only for comparing tables of one store. */
export function weightOf(table: TableShape, shape: StoreShape): number {
  const incoming = shape.tables.filter((other) => other.links.some((link) => link.parent === table.name)).length;
  const links = Math.min(6, incoming + table.links.length) * 0.5;
  const size = Math.log10(table.rows + 1) * 2 - (table.rows < 20 ? 3 : 0);
  const kind = (BUSINESS.test(table.label) ? 1.5 : 0) - (AUXILIARY.test(table.label) ? 4 : 0);
  return size + links + kind - (table.key === null ? 2 : 0);
}

/** Does `table` of a plan mean this table? With or without schema and quotes; a partitioned table means its partitions. */
export function isNamed(table: TableShape, wanted: string): boolean {
  const bare = wanted.replaceAll('"', '').toLowerCase();
  const names = [table.label, `${table.schema}.${table.label}`];
  if (table.root !== null) names.push(table.root, table.root.slice(table.root.indexOf('.') + 1));
  return names.some((name) => name.toLowerCase() === bare);
}

/** May its value be changed without changing what a row is called, or making the statement impossible? */
export function isFree(table: TableShape, column: ColumnShape): boolean {
  const bound = column.generated || column.identity || table.partitionedBy.includes(column.name);
  return !bound && !(table.key ?? []).includes(column.name);
}

/** Free, and neither a reference nor part of a unique index: plain content. */
export function isPlain(table: TableShape, column: ColumnShape): boolean {
  const isUnique = table.uniques.some((columns) => columns.length === 0 || columns.includes(column.name));
  return isFree(table, column) && !isUnique && !table.links.some((link) => link.column === column.name);
}
