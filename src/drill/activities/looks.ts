import { messageOf } from '../../kernel/errors.ts';
import type { Look } from '../../flow/classify.ts';
import type { Write } from '../../flow/ledger.ts';
import type { Workload } from '../../plan/schema.ts';
import type { SqlStore } from '../../subject/store.ts';
import type { World } from '../world.ts';

interface Place {
  readonly in: string;
  readonly sql: string;
}

export type Found = Place & { readonly table: string; readonly key: string };

const MARKS_AT_ONCE = 500;
const TIMEOUT_MS = 60_000;

/** Where the records of an operation are found; updates and deletes work on those of another. */
export function foundOf(workload: Workload, operation: string): Found | undefined {
  const made = workload.operations[operation];
  return made?.found ?? (made?.of === undefined ? undefined : workload.operations[made.of]?.found);
}

function backOf(workload: Workload, operation: string): Place | undefined {
  const made = workload.operations[operation];
  const maker = made?.of === undefined ? undefined : workload.operations[made.of];
  return made?.back ?? made?.found ?? maker?.back ?? maker?.found;
}

export interface LookRequest {
  readonly workload: Workload;
  readonly writes: readonly Write[];
  readonly where: 'live' | 'target';
}

/** By mark: the keys of the rows that carry it, or why nobody could look. */
export async function lookFor(world: World, request: LookRequest): Promise<ReadonlyMap<string, Look>> {
  const { workload, writes, where } = request;
  const looks = new Map<string, Look>();
  for (const operation of new Set(writes.map((write) => write.operation))) {
    const marks = writes.filter((write) => write.operation === operation).map((write) => write.mark);
    const place = where === 'live' ? foundOf(workload, operation) : backOf(workload, operation);
    for (const [mark, look] of await lookAt(world, place, marks)) looks.set(mark, look);
  }
  return looks;
}

async function lookAt(
  world: World,
  place: Place | undefined,
  marks: readonly string[],
): Promise<readonly (readonly [string, Look])[]> {
  try {
    if (place === undefined) throw new Error('the plan does not say where it is found');
    const store = world.sqlStore(place.in);
    // By key, because a query that joins may list a row more than once.
    const found = new Map<string, Set<string>>(marks.map((mark) => [mark, new Set()]));
    for (let from = 0; from < marks.length; from += MARKS_AT_ONCE) {
      for (const [mark, key] of await ask(store, place.sql, marks.slice(from, from + MARKS_AT_ONCE)))
        found.get(mark)?.add(key);
    }
    return [...found].map(([mark, keys]) => [mark, { keys: [...keys] }]);
  } catch (error) {
    const trouble = `could not be looked for: ${messageOf(error)}`;
    return marks.map((mark) => [mark, { trouble }]);
  }
}

const MARK = 'rollproof_mark';

/** The plan's query for many marks at once: one by one, thousands of them would take minutes. */
async function ask(
  store: SqlStore,
  sql: string,
  marks: readonly string[],
): Promise<readonly (readonly [mark: string, key: string])[]> {
  const one = sql
    .trim()
    .replace(/;$/, '')
    .replaceAll(/(?<!:):mark\b/g, `wanted.${MARK}`);
  const text = `select wanted.${MARK}, hit.* from unnest(string_to_array($1, ',')) as wanted (${MARK}) cross join lateral (${one}) as hit`;
  const rows = await store.query(text, { parameters: [marks.join(',')], readOnly: true, timeoutMs: TIMEOUT_MS });
  return rows.map((row) => {
    const [column = '', key] = Object.entries(row).find(([name]) => name !== MARK) ?? [];
    return [row[MARK] ?? '', `${column}=${key ?? 'NULL'}`];
  });
}
