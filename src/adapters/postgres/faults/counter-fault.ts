import { type Injection, type InjectionRequest, truthWithoutRows } from '../../../fault/injector.ts';
import { isNamed, type SequenceShape, type StoreShape, weightOf } from '../../../fault/shape.ts';
import { choiceOf } from '../../../fault/choice.ts';
import type { FaultStore } from './read-shape.ts';
import { quote } from './statement.ts';

/** DC-28: a sequence that will hand out ids that are taken. */
export async function injectCounterFault(
  store: FaultStore,
  shape: StoreShape,
  request: InjectionRequest,
): Promise<Injection> {
  for (const sequence of sequencesByWeight(shape, request)) {
    const next = await lowerValue(store, sequence, request);
    if (next === null) continue;
    const sql = 'select setval($1::regclass, $2::bigint, false)';
    await store.query(sql, { parameters: [sequence.name, next.value.toString()] });
    const [after] = await store.query(`select last_value, is_called from ${sequence.name}`, { readOnly: true });
    if (after?.['last_value'] !== next.value.toString() || after['is_called'] !== 'f') continue;
    return {
      applicable: true,
      truth: truthWithoutRows({
        fault: request.id,
        store: store.name,
        object: { kind: 'sequence', name: sequence.name },
        seed: request.seed,
        description: `sequence ${sequence.name} set back: the next ${next.taken} ids of ${sequence.table} are taken`,
        statements: [sql],
      }),
    };
  }
  return { applicable: false, why: 'it needs a sequence that numbers the rows of a table with at least one row' };
}

function sequencesByWeight(shape: StoreShape, request: InjectionRequest): readonly SequenceShape[] {
  const weights = new Map(shape.tables.map((table) => [table.name, weightOf(table, shape)]));
  const ranked = shape.sequences
    .filter((sequence) => isWanted(shape, sequence, request))
    // A partitioned table has no rows itself and so no weight: between the large and the small.
    .sort(
      (left, right) =>
        (weights.get(right.table) ?? 3) - (weights.get(left.table) ?? 3) || (left.name < right.name ? -1 : 1),
    );
  if (ranked.length === 0) return [];
  const first = choiceOf(request).pick(ranked.slice(0, 3));
  return [first, ...ranked.filter((sequence) => sequence !== first)];
}

function isWanted(shape: StoreShape, sequence: SequenceShape, request: InjectionRequest): boolean {
  if (
    request.column !== undefined &&
    request.column.replaceAll('"', '').toLowerCase() !== sequence.column.toLowerCase()
  )
    return false;
  if (request.table === undefined) return true;
  const wanted = request.table.replaceAll('"', '').toLowerCase();
  const own = shape.tables.find((table) => table.name === sequence.table);
  const bare = sequence.table.replaceAll('"', '').toLowerCase();
  return own === undefined ? bare === wanted || bare.endsWith(`.${wanted}`) : isNamed(own, request.table);
}

/** Far enough back for the share of ids asked for to collide, and below what it would hand out now. */
async function lowerValue(
  store: FaultStore,
  sequence: SequenceShape,
  request: InjectionRequest,
): Promise<{ readonly value: bigint; readonly taken: string } | null> {
  const column = quote(sequence.column);
  const [row] = await store.query(
    `select max(${column})::text as highest, greatest(1, ceil($1::float8 * count(*)))::bigint::text as share from ${sequence.table}`,
    { parameters: [request.rate ?? 0.01], readOnly: true },
  );
  const highest = row?.['highest'];
  if (highest === null || highest === undefined || !/^\d+$/.test(highest)) return null;
  const share = BigInt(row?.['share'] ?? '1');
  const minimum = BigInt(sequence.minimum);
  const wanted = BigInt(highest) - share + 1n;
  const value = wanted < minimum ? minimum : wanted;
  if (value > BigInt(highest) || value >= BigInt(sequence.next)) return null;
  return { value, taken: (BigInt(highest) - value + 1n).toString() };
}
