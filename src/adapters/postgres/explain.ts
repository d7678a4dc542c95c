import { type BucketList, BucketSums } from '../../subject/bucket-list.ts';
import type { Difference, PartDifference } from '../../subject/difference.ts';
import { type ExplainedRow, Explanation } from '../../subject/explanation.ts';
import type { ValueSink } from '../../subject/store.ts';
import { type Aligned, align, type Side } from './alignment.ts';
import { addBuckets, bucketQuery } from './buckets.ts';
import type { Connection, PostgresAddress } from './connection.ts';
import { chooseCut, estimateRows, integerKey, rowsPerBucket } from './cut.ts';
import { diffByKey, EXPLAIN_SEED, type KeyedChange, type KeyRange } from './keyed-rows.ts';
import { listLargeObjects } from './large-objects.ts';
import { changedColumns, type FetchedRow, fetchRows } from './row-values.ts';
import { openSnapshot } from './snapshot.ts';
import { listTables, type TableShape } from './tables.ts';
import { explainUnkeyed } from './unkeyed-rows.ts';

/** Buckets are worth their scan from here on. */
const BUCKETS_FROM_ROWS = 10_000;
/** With more buckets changed than this, one stream over everything costs less than many short ones. */
const MOST_CHANGED_SHARE = 0.25;
const RANGES_PER_QUERY = 500;
/** Their values lie in memory at the same time, and rows may be wide. */
const ROWS_PER_FETCH = 500;

/** `witness` still holds the earlier state. Both are only read. */
export interface ExplainSides {
  readonly current: PostgresAddress;
  readonly witness: PostgresAddress;
  /** How many changes of a part are listed. Default: as many as are shown to people. */
  readonly listed?: number;
}

/** Names the rows and columns behind every different part. Values go to `values` only. */
export async function explainPostgres(
  difference: Difference,
  sides: ExplainSides,
  values: ValueSink,
): Promise<Difference> {
  if (difference.parts.length === 0) return difference;
  const witness = await openSnapshot(sides.witness);
  try {
    const current = await openSnapshot(sides.current);
    const connections = { before: witness.connections[0], after: current.connections[0] };
    try {
      return await explainParts(difference, connections, (part) => new Explanation(part, values, sides.listed));
    } finally {
      await current.close();
    }
  } finally {
    await witness.close();
  }
}

type Begin = (part: PartDifference) => Explanation;

interface BothConnections {
  readonly before: Connection;
  readonly after: Connection;
}

async function explainParts(
  difference: Difference,
  { before, after }: BothConnections,
  begin: Begin,
): Promise<Difference> {
  const [earlier, later] = [await shapesOf(before), await shapesOf(after)];
  const parts: PartDifference[] = [];
  for (const part of difference.parts) {
    const [one, other] = [earlier.get(part.part), later.get(part.part)];
    if (one !== undefined && other !== undefined) {
      const aligned = align({ connection: before, shape: one }, { connection: after, shape: other });
      parts.push(await explainPart(aligned, begin(part)));
    } else {
      parts.push(explainMissing(part, begin(part)));
    }
  }
  return { ...difference, parts };
}

async function shapesOf(connection: Connection): Promise<ReadonlyMap<string, TableShape>> {
  const tables = (await listTables(connection)).tables;
  const large = (await listLargeObjects(connection)).tables;
  return new Map([...tables, ...large].map((shape) => [shape.name, shape]));
}

/** A whole table came or went: its rows are counted, not listed. */
function explainMissing(part: PartDifference, explanation: Explanation): PartDifference {
  if (part.before === null && part.after !== null) explanation.addMany('insert', part.after);
  else if (part.after === null && part.before !== null) explanation.addMany('delete', part.before);
  else return part;
  return explanation.result();
}

async function explainPart(aligned: Aligned, explanation: Explanation): Promise<PartDifference> {
  if (aligned.key === null) {
    await explainUnkeyed(aligned, explanation);
    return explanation.result();
  }
  const ranges = await changedRanges(aligned);
  for (const batch of ranges === null ? [null] : chunks(ranges, RANGES_PER_QUERY)) {
    await explainKeyed({ ...aligned, key: aligned.key }, batch, explanation);
  }
  return explanation.result();
}

type KeyedAligned = Aligned & { readonly key: readonly string[] };

async function explainKeyed(
  aligned: KeyedAligned,
  ranges: readonly KeyRange[] | null,
  explanation: Explanation,
): Promise<void> {
  let pending: KeyedChange[] = [];
  for await (const change of diffByKey(aligned, aligned.key, ranges)) {
    if (change.operation === 'same' && aligned.odd.length === 0) continue;
    pending.push(change);
    if (pending.length < ROWS_PER_FETCH) continue;
    await explainRows(aligned, pending, explanation);
    pending = [];
  }
  if (pending.length > 0) await explainRows(aligned, pending, explanation);
}

async function explainRows(
  aligned: KeyedAligned,
  changes: readonly KeyedChange[],
  explanation: Explanation,
): Promise<void> {
  // Rows that came or went have no changed columns: once enough values are shown, they need not be fetched.
  const withValues = explanation.wantsValues;
  const needed = withValues ? changes : changes.filter(({ operation }) => operation === 'update');
  const wanted = { key: aligned.key, keys: needed.map(({ key }) => key), withValues };
  const [before, after] = await Promise.all([fetchRows(aligned.before, wanted), fetchRows(aligned.after, wanted)]);
  for (const change of changes) {
    const name = change.key.join('\0');
    const rows = { before: before.get(name) ?? null, after: after.get(name) ?? null };
    explanation.add(explainedRow(aligned, change, rows));
  }
}

interface RowPair {
  readonly before: FetchedRow | null;
  readonly after: FetchedRow | null;
}

function explainedRow(aligned: KeyedAligned, { operation, key }: KeyedChange, rows: RowPair): ExplainedRow {
  const row = { operation: operation === 'same' ? ('update' as const) : operation, key: keyName(aligned.key, key) };
  const { before, after } = rows;
  if (row.operation !== 'update') return { ...row, columns: [], ...shownValues(rows) };
  const both = before !== null && after !== null;
  return { ...row, columns: both ? changedColumns(aligned, before, after) : aligned.odd, ...shownValues(rows) };
}

/** Nothing where values were not fetched: the row is then only counted and listed. */
function shownValues({ before, after }: RowPair): Pick<ExplainedRow, 'before' | 'after'> {
  if (before?.values === null || after?.values === null || (before === null && after === null)) return {};
  return { before: before?.values ?? null, after: after?.values ?? null };
}

function keyName(columns: readonly string[], key: readonly string[]): string {
  return columns.map((column, index) => `${column}=${key[index] ?? ''}`).join(', ');
}

/** Key ranges that hold all changes, or null where everything has to be looked at. */
async function changedRanges(aligned: Aligned): Promise<readonly KeyRange[] | null> {
  const { before, after } = aligned;
  if (aligned.odd.length > 0 || integerKey(before.shape) === null || integerKey(after.shape) === null) return null;
  const rows = await estimateRows(before.connection, before.shape);
  if (rows < BUCKETS_FROM_ROWS) return null;
  const cut = await chooseCut(before.connection, before.shape, { rows, perBucket: rowsPerBucket(rows) });
  if (cut.by !== 'key-range') return null;
  const [one, other] = await Promise.all([sumsOf(before), sumsOf(after)]);
  const changed = Array.from(one.differentFrom(other), ([id]) => id);
  if (changed.length > one.idsWith(other) * MOST_CHANGED_SHARE) return null;
  return rangesOf(changed, BigInt(cut.shift));

  async function sumsOf(side: Side): Promise<BucketList> {
    const sums = new BucketSums();
    await addBuckets(side.connection, bucketQuery(side.shape, { cut, seed: EXPLAIN_SEED }), sums);
    return sums.list();
  }
}

/** Ids come in order; neighbours become one range. */
function rangesOf(ids: readonly bigint[], shift: bigint): readonly KeyRange[] {
  const ranges: KeyRange[] = [];
  for (const id of ids) {
    const range = { from: id << shift, to: ((id + 1n) << shift) - 1n };
    const last = ranges.at(-1);
    if (last !== undefined && last.to + 1n === range.from)
      ranges[ranges.length - 1] = { from: last.from, to: range.to };
    else ranges.push(range);
  }
  return ranges;
}

function* chunks<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
