import type { Explanation, RowValues } from '../../subject/explanation.ts';
import { SHOWN_ROWS } from '../../subject/explanation.ts';
import { mergeSorted } from '../../subject/merge.ts';
import type { Aligned, Side } from './alignment.ts';
import { rowHash, rowImage } from './buckets.ts';
import { EXPLAIN_SEED } from './keyed-rows.ts';
import { arrayLiteral, columnTexts, valuesOf } from './row-values.ts';
import { streamTuples } from './snapshot.ts';

interface Counted {
  readonly hash: bigint;
  readonly count: number;
}

/** Rows without a key are a multiset: what one side has more often was inserted or deleted, and is named by its content. */
export async function explainUnkeyed(aligned: Aligned, explanation: Explanation): Promise<void> {
  const surplus = await collectSurplus(aligned, explanation);
  const deleted = await fetchByHash(
    aligned.before,
    surplus.filter(({ more }) => more < 0).map(({ hash }) => hash),
  );
  const inserted = await fetchByHash(
    aligned.after,
    surplus.filter(({ more }) => more > 0).map(({ hash }) => hash),
  );
  for (const { hash, more } of surplus) {
    const [operation, rows] = more < 0 ? (['delete', deleted] as const) : (['insert', inserted] as const);
    const values = rows.get(hash.toString()) ?? null;
    const sides = operation === 'delete' ? { before: values, after: null } : { before: null, after: values };
    for (let copy = 0; copy < Math.abs(more); copy += 1)
      explanation.add({ operation, key: nameOf(hash), columns: [], ...sides });
  }
}

/** The first surplus hashes with their values to be fetched; the rest is only counted. */
async function collectSurplus(
  aligned: Aligned,
  explanation: Explanation,
): Promise<readonly { hash: bigint; more: number }[]> {
  const surplus: { hash: bigint; more: number }[] = [];
  const order = (left: Counted, right: Counted): number =>
    left.hash < right.hash ? -1 : left.hash > right.hash ? 1 : 0;
  for await (const [one, other] of mergeSorted(streamCounts(aligned.before), streamCounts(aligned.after), order)) {
    const { hash } = one ?? other;
    const [before, after] = [one?.count ?? 0, other?.count ?? 0];
    const matched = aligned.odd.length > 0 ? Math.min(before, after) : 0;
    for (let copy = 0; copy < matched; copy += 1)
      explanation.add({ operation: 'update', key: nameOf(hash), columns: aligned.odd });
    const more = after - before;
    if (more === 0) continue;
    if (surplus.length < SHOWN_ROWS) surplus.push({ hash, more });
    else explanation.addMany(more < 0 ? 'delete' : 'insert', Math.abs(more));
  }
  return surplus;
}

async function* streamCounts(side: Side): AsyncGenerator<Counted> {
  const sql = `select h, count(*) from (select ${rowHash(EXPLAIN_SEED)} as h from (
    select ${rowImage(side.shape)} as r from ${side.shape.source} offset 0) i offset 0) j group by h order by h`;
  for await (const [hash, count] of streamTuples(side.connection, sql))
    yield { hash: BigInt(hash ?? '0'), count: Number(count) };
}

async function fetchByHash(side: Side, hashes: readonly bigint[]): Promise<ReadonlyMap<string, RowValues>> {
  if (hashes.length === 0) return new Map();
  const columns = columnTexts(side);
  const sql = `select distinct on (h) * from (
    select ${rowHash(EXPLAIN_SEED)} as h, i.* from (select ${rowImage(side.shape)} as r, ${columns.map((column, index) => `${column} as c${index}`).join(', ')}
      from ${side.shape.source} offset 0) i offset 0) j where h = any($1::int8[])`;
  const rows = await side.connection.tuples(sql, [arrayLiteral(hashes.map(String))]);
  // The hash and the row image stand before the values.
  return new Map(rows.map((tuple) => [tuple[0] ?? '', valuesOf(side, tuple.slice(2))]));
}

function nameOf(hash: bigint): string {
  return `row ${BigInt.asUintN(64, hash).toString(16).padStart(16, '0')}`;
}
