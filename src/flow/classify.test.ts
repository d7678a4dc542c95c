import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../kernel/random.ts';
import { balanceOf, holds } from './balance.ts';
import { type CarriedItem, classify, type ClassifiedWrite, type Look, type WriteWaiver } from './classify.ts';
import type { Write, WriteOutcome } from './ledger.ts';
import { scheduleOf } from './schedule.ts';

/** Rows of a store by key; each row shows the mark that was written last. */
type Store = Map<string, string>;

interface Worked {
  readonly writes: readonly Write[];
  /** As the application left it. */
  readonly live: Store;
}

/** An application that does what it acknowledges, does nothing that it refuses, and of the rest does one half. */
function work(
  seed: number,
  size: number,
  outcomes: readonly WriteOutcome[] = ['ok', 'ok', 'ok', 'failed', 'unknown'],
): Worked {
  const random = seededRandom(seed);
  const schedule = scheduleOf({
    operations: [
      { name: 'add', kind: 'create', share: 3, of: null },
      { name: 'change', kind: 'update', share: 2, of: 'add' },
      { name: 'remove', kind: 'delete', share: 1, of: 'add' },
    ],
    users: ['ada', 'bo'],
    writes: size,
    seed,
    prefix: 'm',
  });
  const live: Store = new Map();
  const acknowledged = new Set<number>();
  const writes = schedule.flatMap((planned): readonly Write[] => {
    if (planned.after !== null && !acknowledged.has(planned.after)) return [];
    const outcome = random.pick(outcomes);
    if (outcome === 'ok') acknowledged.add(planned.index);
    const id = `id=${planned.record}`;
    if (outcome === 'ok' || (outcome === 'unknown' && random.next() < 0.5)) {
      if (planned.kind === 'delete') live.delete(id);
      else live.set(id, planned.mark);
    }
    const told = outcome === 'ok' && planned.kind === 'create' ? String(planned.record) : null;
    return [{ ...planned, outcome, id: told, why: outcome, invokedMs: planned.index, wallMs: 0 }];
  });
  return { writes, live };
}

function looksAt(store: Store | readonly (readonly [string, string])[], writes: readonly Write[]): Map<string, Look> {
  const keys = new Map<string, string[]>(writes.map((write) => [write.mark, []]));
  for (const [key, mark] of store) keys.get(mark)?.push(key);
  return new Map([...keys].map(([mark, found]) => [mark, { keys: found }]));
}

interface Asked {
  readonly target: Store | readonly (readonly [string, string])[];
  readonly items?: readonly CarriedItem[];
  readonly waiver?: WriteWaiver;
}

function judged({ writes, live }: Worked, { target, items = [], waiver }: Asked): readonly ClassifiedWrite[] {
  return classify({
    writes,
    live: looksAt(live, writes),
    target: looksAt(target, writes),
    placeOf: () => ({ table: 'notes', key: 'id' }),
    items,
    waiver,
  });
}

const someWork = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 80 })).map(([seed, size]) => work(seed, size));

describe('law 8', () => {
  test('every write gets one end, and what is captured adds up', () => {
    fc.assert(
      fc.property(someWork, fc.nat(), (worked, seed) => {
        const random = seededRandom(seed);
        const rows = [...worked.live].flatMap((row) =>
          Array.from({ length: random.below(3) }, (_, copy) => [`${row[0]}${'x'.repeat(copy)}`, row[1]] as const),
        );
        const all = judged(worked, { target: rows });
        const balance = balanceOf(all);
        expect(all.map((one) => one.write)).toEqual(worked.writes);
        const { kept, replayed, parked, waived, lost, duplicated, resurrected } = balance.ends;
        expect(kept + replayed + parked + waived + lost + duplicated + resurrected).toBe(balance.captured);
        expect(Object.values(balance.ends).reduce((sum, count) => sum + count, 0)).toBe(worked.writes.length);
        expect(all.filter((one) => one.write.outcome === 'ok' && !one.captured)).toEqual([]);
      }),
    );
  });

  test('a target that holds what the application held loses nothing', () => {
    fc.assert(
      fc.property(someWork, (worked) => {
        const all = judged(worked, { target: worked.live });
        expect(holds(balanceOf(all))).toBe(true);
        expect(all.filter((one) => one.captured).every((one) => one.end === 'kept')).toBe(true);
        expect(all.filter((one) => one.end === 'failed-but-present')).toEqual([]);
      }),
    );
  });

  test('each row that is taken away, doubled or brought back is told of, and nothing else is', () => {
    fc.assert(
      fc.property(someWork, fc.nat(), (worked, seed) => {
        const random = seededRandom(seed);
        const rows = [...worked.live].map(([key, mark]) => ({ key, mark, times: random.below(3) }));
        const target = rows.flatMap(({ key, mark, times }) =>
          Array.from({ length: times }, (_, copy) => [`${key}${'x'.repeat(copy)}`, mark] as const),
        );
        const all = judged(worked, { target });
        for (const { mark, times } of rows) {
          const one = all.find((other) => other.write.mark === mark);
          expect(one?.end).toBe(['lost', 'kept', 'duplicated'][times]);
        }
      }),
    );
  });

  test('a backup from before loses everything but what was deleted again, and a waiver covers what it says', () => {
    fc.assert(
      fc.property(someWork, fc.nat({ max: 40 }), (worked, upTo) => {
        const before = balanceOf(judged(worked, { target: [] })).ends;
        const all = judged(worked, { target: [], waiver: { by: 'sponsor', why: 'signed', upTo } });
        const { ends, unaccounted } = balanceOf(all);
        expect(ends.waived).toBe(Math.min(before.lost, upTo));
        expect(unaccounted).toBe(before.lost - ends.waived);
        const lost = all.filter((one) => one.end === 'lost').map((one) => one.write.invokedMs);
        const waived = all.filter((one) => one.end === 'waived').map((one) => one.write.invokedMs);
        expect(Math.max(-1, ...waived)).toBeLessThan(Math.min(Infinity, ...lost));
      }),
    );
  });
});

/** One write of each given kind on one record. */
function chain(...steps: readonly (readonly [Write['kind'], WriteOutcome])[]): readonly Write[] {
  return steps.map(([kind, outcome], index) => ({
    index,
    mark: `m-${index}`,
    operation: kind,
    kind,
    user: 'ada',
    record: 0,
    after: index === 0 ? null : index - 1,
    outcome,
    id: kind === 'create' && outcome === 'ok' ? '5' : null,
    why: outcome,
    invokedMs: index,
    wallMs: 0,
  }));
}

describe('one record', () => {
  const cases: readonly (readonly [string, Worked, Asked, readonly string[]])[] = [
    [
      'a deleted record that is there again',
      { writes: chain(['create', 'ok'], ['delete', 'ok']), live: new Map() },
      { target: [['id=5', 'm-0']] },
      ['kept', 'resurrected'],
    ],
    [
      'an older version that came back',
      { writes: chain(['create', 'ok'], ['update', 'ok']), live: new Map([['id=5', 'm-1']]) },
      { target: [['id=5', 'm-0']] },
      ['kept', 'lost'],
    ],
    [
      'a deleted record in an older version',
      { writes: chain(['create', 'ok'], ['update', 'ok'], ['delete', 'ok']), live: new Map() },
      { target: [['id=5', 'm-0']] },
      ['kept', 'lost', 'resurrected'],
    ],
    [
      'unknown and found',
      { writes: chain(['create', 'unknown']), live: new Map([['id=5', 'm-0']]) },
      { target: [] },
      ['lost'],
    ],
    [
      'unknown and not found',
      { writes: chain(['create', 'unknown']), live: new Map() },
      { target: [] },
      ['failed-and-absent'],
    ],
    [
      'unknown and arrived late',
      { writes: chain(['create', 'unknown']), live: new Map() },
      { target: [['id=5', 'm-0']] },
      ['kept'],
    ],
    [
      'an unknown delete that took effect',
      { writes: chain(['create', 'ok'], ['delete', 'unknown']), live: new Map() },
      { target: [] },
      ['kept', 'kept'],
    ],
    [
      'an unknown delete that did not',
      { writes: chain(['create', 'ok'], ['delete', 'unknown']), live: new Map([['id=5', 'm-0']]) },
      { target: [] },
      ['lost', 'failed-and-absent'],
    ],
    [
      'refused and done',
      { writes: chain(['create', 'failed']), live: new Map([['id=5', 'm-0']]) },
      { target: [] },
      ['failed-but-present'],
    ],
    [
      'replayed',
      { writes: chain(['create', 'ok']), live: new Map() },
      { target: [['id=9', 'm-0']], items: [{ mark: 'm-0', outcome: 'replayed' }] },
      ['replayed'],
    ],
    [
      'said to be replayed',
      { writes: chain(['create', 'ok']), live: new Map() },
      { target: [], items: [{ mark: 'm-0', outcome: 'replayed' }] },
      ['lost'],
    ],
    [
      'parked by its key',
      { writes: chain(['create', 'ok']), live: new Map() },
      { target: [], items: [{ table: 'notes', key: 'id=5', outcome: 'parked', owner: 'Ines' }] },
      ['parked'],
    ],
    [
      'parked with nobody',
      { writes: chain(['create', 'ok']), live: new Map() },
      { target: [], items: [{ mark: 'm-0', outcome: 'parked' }] },
      ['lost'],
    ],
    [
      'parked and there as well',
      { writes: chain(['create', 'ok']), live: new Map() },
      { target: [['id=5', 'm-0']], items: [{ mark: 'm-0', outcome: 'parked', owner: 'Ines' }] },
      ['duplicated'],
    ],
    [
      'a delete that is parked',
      { writes: chain(['create', 'ok'], ['delete', 'ok']), live: new Map() },
      { target: [['id=5', 'm-0']], items: [{ mark: 'm-1', outcome: 'parked', owner: 'Ines' }] },
      ['kept', 'parked'],
    ],
  ];
  for (const [name, worked, asked, ends] of cases) {
    test(name, () => expect(judged(worked, asked).map((one) => one.end)).toEqual(ends));
  }

  test('what nobody could look for stays unresolved and breaks the balance', () => {
    const writes = chain(['create', 'ok']);
    const all = classify({
      writes,
      live: new Map(),
      target: new Map([['m-0', { trouble: 'the store does not answer' }]]),
      placeOf: () => ({ table: 'notes', key: 'id' }),
    });
    expect(all).toMatchObject([{ end: 'unresolved', why: 'the store does not answer', table: 'notes', key: 'id=5' }]);
    expect(holds(balanceOf(all))).toBe(false);
  });
});
