import { FAULT_CLASSES } from '../../fault/classes.ts';
import type { Injection, Injector, Truth } from '../../fault/injector.ts';
import { type Random, seededRandom } from '../../kernel/random.ts';
import type { Part } from '../../subject/manifest.ts';

/** Few enough that every damaged row can be named, even when several faults meet in one table. */
const ROWS_A_FAULT = 40;
const DEFAULT_SHARE = 0.01;
const WANTED = 4;
/** Each try asks the store; a schema may have thousands of tables. */
const TABLES_TRIED = 3;
const TABLES_IN_CHOICE = 8;

export interface DamageRequest {
  readonly injector: Injector;
  readonly seed: number;
  /** What the baseline read: where damage may be done, and how much of it can still be named. */
  readonly parts: readonly Part[];
  readonly signal: AbortSignal;
}

/**
 * Faults of different kinds, as many as the schema has a place for, up to four: rows lost or doubled, two kinds of wrong
 * content, and something that no row shows.
 */
export async function damageStore(request: DamageRequest): Promise<readonly Truth[]> {
  const { injector, seed, signal } = request;
  const truths: Truth[] = [];
  for (const ids of kindsInOrder(injector.offers, seed)) {
    if (truths.length >= WANTED) break;
    for (const id of ids) {
      signal.throwIfAborted();
      const done = await injectSomewhere(request, id, new Set(truths.map((truth) => truth.part ?? '')));
      if (!done.applicable) continue;
      truths.push(done.truth);
      break;
    }
  }
  return truths;
}

/** Large tables that have no damage yet are tried first, so that it is spread; then wherever the fault finds a place. */
async function injectSomewhere(
  { injector, seed, parts }: DamageRequest,
  id: string,
  damaged: ReadonlySet<string>,
): Promise<Injection> {
  const tables = parts
    .filter((part) => part.kind === 'table' && part.rows > 0 && !damaged.has(part.name))
    .toSorted((a, b) => b.rows - a.rows);
  const tried =
    damaged.size === 0
      ? []
      : shuffled(tables.slice(0, TABLES_IN_CHOICE), seededRandom(seed + damaged.size)).slice(0, TABLES_TRIED);
  for (const part of tried) {
    const done = await injector.inject({ id, table: part.name, rate: rateFor(part.rows), seed });
    if (done.applicable) return done;
  }
  return injector.inject({ id, rate: rateFor(Math.max(0, ...parts.map((part) => part.rows))), seed });
}

function rateFor(rows: number): number {
  return Math.min(DEFAULT_SHARE, ROWS_A_FAULT / Math.max(1, rows));
}

const STRUCTURAL: readonly string[] = ['counters', 'schema'];
const MISSING = 'lost and duplicated rows';

/** Ids of each kind; of the kinds, first one of each sort, then the rest. */
function kindsInOrder(offers: readonly string[], seed: number): ReadonlyArray<readonly string[]> {
  const random = seededRandom(seed);
  const kinds = shuffled(FAULT_CLASSES, random).map(({ name, own }) => ({
    name,
    ids: shuffled(
      own.filter((id) => offers.includes(id)),
      random,
    ),
  }));
  const known = new Set(kinds.flatMap(({ ids }) => ids));
  const others = offers.filter((id) => !known.has(id)).map((id) => ({ name: id, ids: [id] }));
  const content = kinds.filter(({ name }) => name !== MISSING && !STRUCTURAL.includes(name));
  const structural = kinds.filter(({ name }) => STRUCTURAL.includes(name));
  const rows = kinds.filter(({ name }) => name === MISSING);
  const ordered = [
    ...rows,
    ...content.slice(0, 2),
    ...structural.slice(0, 1),
    ...content.slice(2),
    ...structural.slice(1),
    ...others,
  ];
  return ordered.map(({ ids }) => ids);
}

function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  return items
    .map((item) => ({ item, at: random.next() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
