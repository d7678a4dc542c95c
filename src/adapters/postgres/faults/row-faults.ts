import type { InjectionRequest } from '../../../fault/injector.ts';
import type { Target, TargetKind } from '../../../fault/targets.ts';
import type { ColumnShape } from '../../../fault/shape.ts';
import { RollproofError } from '../../../kernel/errors.ts';
import { columnOf, copyOf, deleteOf, type Mutation, quote, rotationOf, selectionOf, updateOf } from './statement.ts';
import type { FaultStore } from './read-shape.ts';

/** How one fault is done to one target; undefined where a closer look shows that it does not fit. */
export interface RowFault {
  readonly kind: TargetKind;
  /** Why no table at all would do. */
  readonly needs: string;
  build(target: Target, request: InjectionRequest, store: FaultStore): Promise<Mutation | undefined>;
}

export const ROW_FAULTS: Readonly<Record<string, RowFault>> = {
  'DC-01': {
    kind: 'rows',
    needs: 'a table with rows',
    build: async (target, request) => deleteOf(selectionOf(target, request, 'true'), 'rows lost'),
  },
  'DC-02': {
    kind: 'copies',
    needs: 'a table in which a copy of a row can live',
    build: async (target, request) => duplicate(target, request),
  },
  'DC-03': { kind: 'orphans', needs: 'a table that refers to another one', build: orphan },
  'DC-04': { kind: 'parents', needs: 'a table whose reference can be exchanged', build: wrongParent },
  'DC-07': {
    kind: 'pair',
    needs: 'a table with two plain columns of one type',
    build: async (target, request) => swap(target, request),
  },
  'DC-08': { kind: 'text', needs: 'a text column with long values', build: truncate },
  'DC-13': { kind: 'date', needs: 'a plain date column', build: async (target, request) => shiftDate(target, request) },
  'DC-16': {
    kind: 'money',
    needs: 'a column with amounts',
    build: async (target, request) => moveDecimal(target, request),
  },
  'DC-21': {
    kind: 'nulls',
    needs: 'a column that may be empty',
    build: async (target, request) => flood(target, request),
  },
};

function columnAt(target: Target, at: number): ColumnShape {
  const column = target.columns[at];
  if (column === undefined)
    throw new RollproofError('invariant-broken', `a target in ${target.table.name} lacks its column`);
  return column;
}

function duplicate(target: Target, request: InjectionRequest): Mutation {
  const [renewed] = target.columns;
  const selection = selectionOf(target, request, 'true');
  if (renewed === undefined) return copyOf(selection, {}, 'rows doubled');
  return copyOf(selection, { [renewed.name]: newKey(target, renewed) }, `rows doubled under a new ${renewed.name}`);
}

function newKey(target: Target, column: ColumnShape): string {
  if (column.sequence !== null) return `nextval('${column.sequence.replaceAll("'", "''")}'::regclass)`;
  if (column.family === 'uuid') return `md5(chosen.key || '/' || $1::text)::uuid`;
  if (column.family === 'text') return `left(md5(chosen.key || '/' || $1::text), ${Math.min(32, column.limit ?? 32)})`;
  return `(select max(other.${quote(column.name)}) from only ${target.table.name} other) + chosen.turn`;
}

async function orphan(target: Target, request: InjectionRequest, store: FaultStore): Promise<Mutation | undefined> {
  const column = columnAt(target, 0);
  const { link } = target;
  if (link === null || (link.inferred && !(await isReference(target, store)))) return undefined;
  const parentColumn = quote(link.parentColumn);
  const where = `exists (select from ${link.parent} parent where parent.${parentColumn} = ${columnOf(column.name)})`;
  const missing =
    column.family === 'integer'
      ? `(select max(parent.${parentColumn}) from ${link.parent} parent) + chosen.turn`
      : missingWord(column);
  return updateOf({
    ...selectionOf(target, request, where),
    set: { [column.name]: missing },
    description: `rows point to a ${link.parent} that does not exist`,
  });
}

function missingWord(column: ColumnShape): string {
  const word = `md5('nobody/' || chosen.key || '/' || $1::text)`;
  return column.family === 'uuid' ? `${word}::uuid` : `left(${word}, ${Math.min(32, column.limit ?? 32)})`;
}

/** A guessed reference is believed when nine of ten values are found in the parent. */
async function isReference(target: Target, store: FaultStore): Promise<boolean> {
  const { link } = target;
  const value = columnOf(columnAt(target, 0).name);
  if (link === null) return false;
  const [row] = await store.query(
    `select count(*) as given, count(*) filter (where exists
      (select from ${link.parent} parent where parent.${quote(link.parentColumn)} = ${value})) as found
     from only ${target.table.name} t where ${value} is not null`,
    { readOnly: true },
  );
  const given = Number(row?.['given'] ?? 0);
  return given > 0 && Number(row?.['found'] ?? 0) >= given * 0.9;
}

async function wrongParent(
  target: Target,
  request: InjectionRequest,
  store: FaultStore,
): Promise<Mutation | undefined> {
  const column = columnAt(target, 0);
  const { link } = target;
  if (link === null || (link.inferred && !(await isReference(target, store)))) return undefined;
  const selection = { ...selectionOf(target, request, `${columnOf(column.name)} is not null`), least: 2 };
  return rotationOf(selection, column.name, `rows hang at another, existing ${link.parent}`);
}

function swap(target: Target, request: InjectionRequest): Mutation {
  const [left, right] = [columnAt(target, 0), columnAt(target, 1)];
  // Values only: an emptied column would be another fault.
  const where = `${columnOf(left.name)} <> ${columnOf(right.name)}`;
  return updateOf({
    ...selectionOf(target, request, where),
    set: { [left.name]: columnOf(right.name), [right.name]: columnOf(left.name) },
    description: `rows have ${left.name} and ${right.name} exchanged`,
  });
}

/** Limits that real loads cut at, then shorter ones for columns that hold nothing longer. */
const CUTS = [32_000, 4_000, 255, 128, 64, 32, 16, 8, 4] as const;

async function truncate(target: Target, request: InjectionRequest, store: FaultStore): Promise<Mutation | undefined> {
  const column = columnAt(target, 0);
  const [row] = await store.query(
    `select max(length(${columnOf(column.name)})) as longest,
       percentile_disc(0.9) within group (order by length(${columnOf(column.name)})) as usual from only ${target.table.name} t`,
    { readOnly: true },
  );
  const longest = Number(row?.['longest'] ?? 0);
  const usual = Number(row?.['usual'] ?? 0);
  const cut = CUTS.find((length) => length < usual) ?? CUTS.find((length) => length < longest);
  if (cut === undefined) return undefined;
  return updateOf({
    ...selectionOf(target, request, `length(${columnOf(column.name)}) > ${cut}`),
    set: { [column.name]: `left(${columnOf(column.name)}, ${cut})` },
    description: `rows have ${column.name} cut to ${cut} characters`,
  });
}

function shiftDate(target: Target, request: InjectionRequest): Mutation {
  const column = columnAt(target, 0);
  const value = columnOf(column.name);
  return updateOf({
    ...selectionOf(target, request, `isfinite(${value})`),
    set: { [column.name]: column.family === 'date' ? `${value} - 1` : `${value} - interval '1 day'` },
    description: `rows have ${column.name} one day too early`,
  });
}

/** A comma read as a point, or the other way round: ×100 where the column can hold it, else ÷1000; odd seeds the reverse. */
function moveDecimal(target: Target, request: InjectionRequest): Mutation {
  const column = columnAt(target, 0);
  const value = `${columnOf(column.name)}::numeric`;
  const fits = column.wholeDigits === null ? 'true' : `abs(${value}) * 100 < ${10 ** Math.min(15, column.wholeDigits)}`;
  const larger = `${value} * 100`;
  const smaller = column.family === 'integer' ? `trunc(${value} / 1000)` : roundedTo(column, `${value} / 1000`);
  const bothWays = `case when ${fits} then ${larger} else ${smaller} end`;
  const moved = request.seed % 2 === 1 && column.family !== 'integer' ? smaller : bothWays;
  return updateOf({
    ...selectionOf(target, request, `${value} not in (0, 'NaN', 'Infinity', '-Infinity') and (${moved}) <> ${value}`),
    set: { [column.name]: `(${moved})::${column.type}` },
    description: `rows have the decimal point of ${column.name} moved`,
  });
}

function roundedTo(column: ColumnShape, expression: string): string {
  return column.scale === null ? expression : `round(${expression}, ${column.scale})`;
}

function flood(target: Target, request: InjectionRequest): Mutation {
  const column = columnAt(target, 0);
  const value = columnOf(column.name);
  if (!column.notNull) {
    return updateOf({
      ...selectionOf(target, request, `${value} is not null`),
      set: { [column.name]: 'null' },
      description: `rows have ${column.name} emptied`,
    });
  }
  return updateOf({
    ...selectionOf(target, request, `${value} <> 'NULL'`),
    set: { [column.name]: "'NULL'" },
    description: `rows have the word NULL in ${column.name}`,
  });
}
