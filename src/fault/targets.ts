import { choiceOf } from './choice.ts';
import type { InjectionRequest } from './injector.ts';
import {
  type ColumnFamily,
  type ColumnShape,
  isFree,
  isNamed,
  isPlain,
  type LinkShape,
  type StoreShape,
  type TableShape,
  weightOf,
} from './shape.ts';

/** A place where a fault would fit. */
export interface Target {
  readonly table: TableShape;
  readonly columns: readonly ColumnShape[];
  readonly link: LinkShape | null;
  readonly weight: number;
}

export type TargetKind =
  | 'rows'
  | 'copies'
  | 'orphans'
  | 'parents'
  | 'pair'
  | 'text'
  | 'date'
  | 'money'
  | 'nulls'
  | 'named';

/** Best first; which of the about equally good ones leads is the seed's choice. */
export function targetsFor(kind: TargetKind, shape: StoreShape, request: InjectionRequest): readonly Target[] {
  const targets = shape.tables
    .filter((table) => isSuitable(table, request))
    .flatMap((table) =>
      PLACES[kind](table, request).map((place) => ({ ...place, weight: place.weight + weightOf(table, shape) })),
    )
    .filter((target) => isWanted(target, request));
  return seededOrder(targets, request);
}

type Place = (table: TableShape, request: InjectionRequest) => readonly Target[];

const PLACES: Readonly<Record<TargetKind, Place>> = {
  rows: (table) => [{ table, columns: [], link: null, weight: 0 }],
  copies: (table) => {
    const renewed = renewableKey(table);
    return renewed === undefined
      ? []
      : [{ table, columns: renewed, link: null, weight: renewed.length === 0 ? -1 : 0 }];
  },
  orphans: (table) => linkPlaces(table, (column) => isFree(table, column)),
  // An exchange under a unique index fails half-way, because the index is checked row by row.
  parents: (table) => linkPlaces(table, (column) => isFree(table, column) && !isUnique(table, column)),
  pair: pairPlaces,
  text: (table, request) =>
    columnPlaces(table, request, {
      families: ['text'],
      prefer: /note|descr|comment|body|text|remark|address|message|subject|title/i,
      shun: /code|status|type|state|phone|hash/i,
    }),
  date: (table, request) =>
    columnPlaces(table, request, {
      families: ['date', 'timestamp'],
      prefer: /close|due|start|end|birth|order|paid|sign|expir|ship|date/i,
      shun: /creat|updat|modif|insert|login|deleted/i,
    }),
  money: moneyPlaces,
  nulls: nullPlaces,
  // Exactly the column that the plan names; without one there is no place.
  named: (table, { column }) =>
    table.columns
      .filter(({ name }) => name === column)
      .map((own) => ({ table, columns: [own], link: null, weight: 0 })),
};

function isSuitable(table: TableShape, request: InjectionRequest): boolean {
  if (table.hazard !== null || table.rows < 1) return false;
  return request.table === undefined ? table.rows >= 2 : isNamed(table, request.table);
}

function isWanted(target: Target, request: InjectionRequest): boolean {
  const wanted = request.column?.replaceAll('"', '').toLowerCase();
  return (
    wanted === undefined ||
    target.columns.length === 0 ||
    target.columns.some((column) => column.name.toLowerCase() === wanted)
  );
}

function seededOrder(targets: readonly Target[], request: InjectionRequest): readonly Target[] {
  const ranked = [...targets].sort(
    (left, right) => right.weight - left.weight || (nameOf(left) < nameOf(right) ? -1 : 1),
  );
  const best = ranked[0];
  if (best === undefined) return [];
  const leaders = ranked.filter((target) => target.weight >= best.weight - 1).slice(0, 4);
  const first = choiceOf(request).pick(leaders);
  return [first, ...ranked.filter((target) => target !== first)];
}

function nameOf(target: Target): string {
  return `${target.table.name} ${target.columns.map((column) => column.name).join(' ')}`;
}

/**
 * The column that a copy must get anew, none for a table without unique indexes, undefined when a copy cannot live there:
 * every unique index has to contain the renewed column.
 */
function renewableKey(table: TableShape): readonly ColumnShape[] | undefined {
  if (table.uniques.length === 0) return [];
  return table.columns
    .filter((column) => !column.generated && !table.partitionedBy.includes(column.name) && isRenewable(column))
    .filter((column) => !table.links.some((link) => link.column === column.name))
    .filter((column) => table.uniques.every((columns) => columns.includes(column.name)))
    .slice(0, 1)
    .map((column) => [column])[0];
}

function isRenewable(column: ColumnShape): boolean {
  return (
    column.family === 'integer' || column.family === 'uuid' || (column.family === 'text' && (column.limit ?? 99) >= 8)
  );
}

function linkPlaces(table: TableShape, allows: (column: ColumnShape) => boolean): readonly Target[] {
  return table.links.flatMap((link) => {
    const column = table.columns.find((entry) => entry.name === link.column);
    if (column === undefined || !allows(column) || !['integer', 'uuid', 'text'].includes(column.family)) return [];
    const weight = (link.inferred ? -1 : 0) - (link.parent === table.name ? 1.5 : 0);
    return [{ table, columns: [column], link, weight }];
  });
}

function isUnique(table: TableShape, column: ColumnShape): boolean {
  return table.uniques.some((columns) => columns.length === 0 || columns.includes(column.name));
}

interface Taste {
  readonly families: readonly ColumnFamily[];
  readonly prefer: RegExp;
  readonly shun: RegExp;
}

function columnPlaces(table: TableShape, request: InjectionRequest, taste: Taste): readonly Target[] {
  return table.columns
    .filter((column) => taste.families.includes(column.family) && mayChange(table, column, request))
    .map((column) => ({ table, columns: [column], link: null, weight: tasteOf(column, taste) }));
}

function tasteOf(column: ColumnShape, taste: Taste): number {
  const roomy = taste.families.includes('text') && (column.limit === null || column.limit > 255) ? 1 : 0;
  return roomy + (taste.prefer.test(column.name) ? 1.5 : 0) - (taste.shun.test(column.name) ? 2 : 0);
}

/** What a plan names may also be a reference or unique; the store then says whether it lets it happen. */
function mayChange(table: TableShape, column: ColumnShape, request: InjectionRequest): boolean {
  return request.column === undefined ? isPlain(table, column) : isFree(table, column);
}

const EXCHANGEABLE: readonly ColumnFamily[] = ['text', 'date', 'timestamp', 'decimal', 'integer', 'float', 'money'];
const FELLOWS: readonly RegExp[] = [
  /(first|last|sur|given|family).?name/i,
  /phone|mobile|fax/i,
  /city|state|country|region|street|district/i,
  /start|end|from|to$|begin/i,
  /billing|shipping/i,
  /e?mail/i,
];

function pairPlaces(table: TableShape, request: InjectionRequest): readonly Target[] {
  const columns = table.columns.filter(
    (column) => EXCHANGEABLE.includes(column.family) && mayChange(table, column, request),
  );
  return columns.flatMap((left, at) =>
    columns
      .slice(at + 1)
      .filter((right) => right.type === left.type)
      .map((right) => ({ table, columns: [left, right], link: null, weight: fellowship(left, right) })),
  );
}

function fellowship(left: ColumnShape, right: ColumnShape): number {
  const fellows = FELLOWS.some((pattern) => pattern.test(left.name) && pattern.test(right.name)) ? 2 : 0;
  return fellows + (left.family === 'text' ? 1 : 0) - EXCHANGEABLE.indexOf(left.family) * 0.1;
}

const MONEY =
  /price|amount|total|sum$|balance|cost|value|fee|salar|revenue|budget|freight|discount|credit|debit|turnover|wage|cents|income|rate$/i;

/** Whole numbers and floats count as money by name only; decimals with a scale are trusted more. */
function moneyPlaces(table: TableShape, request: InjectionRequest): readonly Target[] {
  return table.columns
    .filter((column) => mayChange(table, column, request))
    .flatMap((column) => {
      const named = MONEY.test(column.name);
      const decimal = column.family === 'money' || (column.family === 'decimal' && column.scale !== 0);
      const isNumber =
        decimal || column.family === 'decimal' || column.family === 'integer' || column.family === 'float';
      if (!isNumber || !(decimal || named || request.column !== undefined)) return [];
      return [{ table, columns: [column], link: null, weight: (named ? 3 : 0) + (decimal ? 1.5 : 0) }];
    });
}

/** Columns that may be empty; where none may, a text that can hold the word NULL, as careless loads write it. */
function nullPlaces(table: TableShape, request: InjectionRequest): readonly Target[] {
  const taste = /mail|phone|mobile|owner|city|name|close|due|amount|address/i;
  return table.columns
    .filter((column) => mayChange(table, column, request))
    .flatMap((column) => {
      const holdsWord = column.family === 'text' && (column.limit ?? 99) >= 4;
      if (column.notNull && !holdsWord) return [];
      return [
        { table, columns: [column], link: null, weight: (taste.test(column.name) ? 1 : 0) - (column.notNull ? 4 : 0) },
      ];
    });
}
