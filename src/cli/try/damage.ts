import { FAULT_CLASSES } from '../../fault/classes.ts';
import type { Injector, Truth } from '../../fault/injector.ts';
import { type Random, seededRandom } from '../../kernel/random.ts';

/** Few enough that every damaged row can be named, even when several faults meet in one table. */
const ROWS_A_FAULT = 40;
const DEFAULT_SHARE = 0.01;
const WANTED = 4;

export interface DamageRequest {
  readonly injector: Injector;
  readonly seed: number;
  /** Rows of the largest part: sets how large a share may be damaged. */
  readonly mostRows: number;
  readonly signal: AbortSignal;
}

/**
 * Faults of different kinds, as many as the schema has a place for, up to four: rows lost or doubled, two kinds of wrong
 * content, and something that no row shows.
 */
export async function damageStore(request: DamageRequest): Promise<readonly Truth[]> {
  const { injector, seed, mostRows, signal } = request;
  const rate = Math.min(DEFAULT_SHARE, ROWS_A_FAULT / Math.max(1, mostRows));
  const truths: Truth[] = [];
  for (const ids of kindsInOrder(injector.offers, seed)) {
    if (truths.length >= WANTED) break;
    for (const id of ids) {
      signal.throwIfAborted();
      const done = await injector.inject({ id, rate, seed });
      if (!done.applicable) continue;
      truths.push(done.truth);
      break;
    }
  }
  return truths;
}

const STRUCTURAL: readonly string[] = ['counters', 'schema'];
const MISSING = 'lost and duplicated rows';

/** Ids of each kind; of the kinds, first one of each sort, then the rest. */
function kindsInOrder(offers: readonly string[], seed: number): ReadonlyArray<readonly string[]> {
  const random = seededRandom(seed);
  const kinds = shuffled(FAULT_CLASSES, random).map(({ name, own }) => ({ name, ids: shuffled(own.filter((id) => offers.includes(id)), random) }));
  const known = new Set(kinds.flatMap(({ ids }) => ids));
  const others = offers.filter((id) => !known.has(id)).map((id) => ({ name: id, ids: [id] }));
  const content = kinds.filter(({ name }) => name !== MISSING && !STRUCTURAL.includes(name));
  const structural = kinds.filter(({ name }) => STRUCTURAL.includes(name));
  const rows = kinds.filter(({ name }) => name === MISSING);
  const ordered = [...rows, ...content.slice(0, 2), ...structural.slice(0, 1), ...content.slice(2), ...structural.slice(1), ...others];
  return ordered.map(({ ids }) => ids);
}

function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  return items.map((item) => ({ item, at: random.next() })).toSorted((a, b) => a.at - b.at).map(({ item }) => item);
}
