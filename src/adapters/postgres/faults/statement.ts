import type { Operation } from '../../../subject/difference.ts';
import { seedOf } from '../../../fault/choice.ts';
import { DEFAULT_RATE, type InjectionRequest } from '../../../fault/injector.ts';
import type { TableShape } from '../../../fault/shape.ts';
import type { Target } from '../../../fault/targets.ts';

/** One statement that changes rows and gives back the keys of those that it really changed. */
export interface Mutation {
  readonly sql: string;
  readonly parameters: readonly (string | number)[];
  readonly operation: Operation;
  readonly columns: readonly string[];
  /** What was done, to follow the number of rows. */
  readonly description: string;
}

/**
 * Settings are made inside the statement, because a statement is all that is sure to run in one transaction. Everything
 * that changes rows selects from `chosen`, which selects from `setting`, so they hold before the first row is touched.
 * Triggers and foreign keys of the programs stay silent, as they did in the load or the repair that went wrong.
 */
const SETTING = `setting as materialized (select set_config('session_replication_role', 'replica', true),
  set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO,YMD', true), set_config('IntervalStyle', 'postgres', true),
  set_config('extra_float_digits', '3', true), set_config('bytea_output', 'hex', true))`;

export function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

export function columnOf(name: string): string {
  return `t.${quote(name)}`;
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'${text.includes('\\') ? '::text' : ''}`;
}

/** Independent of where rows lie, so that the same content gives the same choice in every copy. */
export function seededHash(expression: string): string {
  return `hashtextextended((${expression}) collate "C", $1::bigint)`;
}

export interface Selection {
  readonly table: TableShape;
  /** What a row must be like to be damaged. */
  readonly where: string;
  readonly least?: number;
  /** SQL over `t`: what is chosen before all else, such as the newest. Left out: by lot. */
  readonly first?: string;
  readonly rate: number;
  readonly seed: number;
}

export interface Change extends Selection {
  /** Column → SQL over `t` and `chosen` (with `chosen.turn`, 1 for the first row). */
  readonly set: Readonly<Record<string, string>>;
  readonly description: string;
}

export function updateOf(change: Change): Mutation {
  const assignments = Object.entries(change.set).map(([name, sql]) => `${quote(name)} = ${sql}`);
  return {
    sql: `with ${SETTING}, ${chosen(change)},
changed as (update only ${change.table.name} t set ${assignments.join(', ')} from chosen where t.ctid = chosen.place returning chosen.key)
select key from changed`,
    parameters: [change.seed, change.rate],
    operation: 'update',
    columns: Object.keys(change.set),
    description: change.description,
  };
}

export function selectionOf(target: Target, request: InjectionRequest, where: string): Selection {
  return { table: target.table, where, rate: request.rate ?? DEFAULT_RATE, seed: seedOf(request) };
}

export function deleteOf(selection: Selection, description: string): Mutation {
  return {
    sql: `with ${SETTING}, ${chosen(selection)},
changed as (delete from only ${selection.table.name} t using chosen where t.ctid = chosen.place returning chosen.key)
select key from changed`,
    parameters: [selection.seed, selection.rate],
    operation: 'delete',
    columns: [],
    description,
  };
}

/** Copies rows; `renewed` says what the copies get instead. The keys given back are those of the copies. */
export function copyOf(selection: Selection, renewed: Readonly<Record<string, string>>, description: string): Mutation {
  const columns = selection.table.columns.filter((column) => !column.generated);
  const values = columns.map((column) => renewed[column.name] ?? columnOf(column.name));
  const overriding = columns.some((column) => column.identity) ? 'overriding system value ' : '';
  return {
    sql: `with ${SETTING}, ${chosen(selection)},
changed as (insert into ${selection.table.name} as t (${columns.map((column) => quote(column.name)).join(', ')}) ${overriding}select ${values.join(', ')}
  from chosen join only ${selection.table.name} t on t.ctid = chosen.place order by chosen.turn returning ${selection.table.rowName} as key)
select key from changed`,
    parameters: [selection.seed, selection.rate],
    operation: 'insert',
    columns: [],
    description,
  };
}

/** Gives each chosen row the value of the next one: the same values, in the wrong places. */
export function rotationOf(selection: Selection, column: string, description: string): Mutation {
  const key = selection.table.rowName;
  const source = `select t.ctid as place, ${key} as key, ${columnOf(column)} as value, ${seededHash(key)} as mark,
    row_number() over (partition by ${columnOf(column)} order by ${seededHash(key)}, (${key}) collate "C") as turn
    from setting, only ${selection.table.name} t where ${selection.where}`;
  return {
    // One row of every value first: neighbours then differ, and even two rows are an exchange.
    sql: `with ${SETTING}, chosen as materialized (select * from (${source}) found order by turn, mark, key collate "C" limit ${amount(selection)}),
rotated as (select place, key, value, coalesce(lead(value) over around, first_value(value) over around) as moved
  from chosen window around as (order by turn, mark, key collate "C")),
changed as (update only ${selection.table.name} t set ${quote(column)} = rotated.moved from rotated
  where t.ctid = rotated.place and rotated.moved is distinct from rotated.value returning rotated.key)
select key from changed`,
    parameters: [selection.seed, selection.rate],
    operation: 'update',
    columns: [column],
    description,
  };
}

function chosen(selection: Selection): string {
  const key = selection.table.rowName;
  return `picked as materialized (select t.ctid as place, ${key} as key, ${seededHash(key)} as mark
  from setting, only ${selection.table.name} t where ${selection.where}
  order by ${selection.first === undefined ? '' : `${selection.first}, `}3, (${key}) collate "C" limit ${amount(selection)}),
chosen as materialized (select place, key, mark, row_number() over (order by mark, key collate "C") as turn from picked)`;
}

function amount(selection: Selection): string {
  const counted = `select count(*) from only ${selection.table.name} t where ${selection.where}`;
  return `(select greatest(${selection.least ?? 1}, ceil($2::float8 * count))::bigint from (${counted}) counted)`;
}
