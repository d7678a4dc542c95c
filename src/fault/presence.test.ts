import { describe, expect, test } from 'vitest';
import type { Difference, Operation, PartDifference } from '../subject/difference.ts';
import type { Truth } from './injector.ts';
import { provePresence } from './presence.ts';
import { remainingDamage } from './remaining.ts';

const NOTHING: Difference = {
  store: 'db',
  parts: [],
  objects: [],
  counters: [],
  unread: [],
  compared: { parts: 1, rows: 10, objects: 0, counters: 0 },
};

function truth(over: Partial<Truth> = {}): Truth {
  return {
    fault: 'DC-01',
    store: 'db',
    part: 'public.deals',
    object: null,
    columns: [],
    operation: 'delete',
    keys: ['id=1', 'id=2'],
    rows: 2,
    seed: 1,
    description: '',
    statements: [],
    ...over,
  };
}

function part(over: Partial<PartDifference> = {}): PartDifference {
  return {
    part: 'public.deals',
    before: 10,
    after: 8,
    totals: null,
    columns: {},
    changes: [],
    buckets: { different: 1, total: 4 },
    ...over,
  };
}

function changes(operation: Operation, keys: readonly string[]): Pick<PartDifference, 'totals' | 'changes'> {
  return {
    totals: { insert: 0, delete: 0, update: 0, [operation]: keys.length },
    changes: keys.map((key) => ({ operation, key, columns: [] })),
  };
}

const withPart = (over: Partial<PartDifference>): Difference => ({ ...NOTHING, parts: [part(over)] });

describe('presence', () => {
  test('an injector that did nothing is found out', () => {
    expect(provePresence(truth(), NOTHING)).toEqual({
      shown: false,
      evidence: 'the readings before and after the injection show no difference in public.deals',
    });
    expect(provePresence(truth(), { ...NOTHING, parts: [part({ part: 'public.other' })] }).shown).toBe(false);
  });

  test.each<readonly [string, Truth, Partial<PartDifference>, boolean]>([
    ['lost rows by count', truth(), { before: 10, after: 8 }, true],
    ['rows added instead', truth(), { before: 10, after: 12 }, false],
    ['programs added one meanwhile', truth({ rows: 4 }), { before: 10, after: 7 }, true],
    ['far fewer than reported', truth({ rows: 6 }), { before: 10, after: 9 }, false],
    ['copies by count', truth({ operation: 'insert' }), { before: 10, after: 12 }, true],
    ['changed rows by sums', truth({ operation: 'update' }), { before: 10, after: 10 }, true],
    [
      'no bucket differs',
      truth({ operation: 'update' }),
      { before: 10, after: 10, buckets: { different: 0, total: 4 } },
      false,
    ],
    ['every row named', truth(), changes('delete', ['id=1', 'id=2']), true],
    ['one of them is missing', truth(), changes('delete', ['id=1', 'id=9']), false],
    ['fewer than reported', truth(), changes('delete', ['id=1']), false],
    ['another operation', truth(), changes('update', ['id=1', 'id=2']), false],
    ['others changed as well', truth(), changes('delete', ['id=1', 'id=2', 'id=3']), true],
    [
      'a list that is cut short',
      truth({ operation: 'update' }),
      { ...changes('update', ['id=5']), totals: { insert: 0, delete: 0, update: 7 } },
      true,
    ],
  ])('%s', (...[, claimed, seen, shown]) => {
    expect(provePresence(claimed, withPart(seen))).toMatchObject({ shown });
  });

  test('an unread table shows nothing', () => {
    const unread = { ...NOTHING, unread: [{ what: 'public.deals', why: 'no permission' }] };
    expect(provePresence(truth(), unread)).toEqual({
      shown: false,
      evidence: 'public.deals could not be read: no permission',
    });
  });

  const sequence = truth({ part: null, keys: [], rows: 0, object: { kind: 'sequence', name: 'public.s' } });
  const counter = (direction: 'ahead' | 'behind'): Difference => ({
    ...NOTHING,
    counters: [{ name: 'public.s', before: '9', after: '5', direction }],
  });
  test('a sequence must be behind', () => {
    expect(provePresence(sequence, counter('behind')).shown).toBe(true);
    expect(provePresence(sequence, counter('ahead')).shown).toBe(false);
    expect(provePresence(sequence, NOTHING).shown).toBe(false);
    expect(remainingDamage([sequence], counter('behind'))).toMatchObject([{ keys: ['public.s'] }]);
    expect(remainingDamage([sequence], counter('ahead'))).toMatchObject([{ keys: [] }]);
  });

  test('an object is found by kind and name', () => {
    const object = truth({ part: null, object: { kind: 'constraint', name: 'fk on public.deals' } });
    const entry = {
      kind: 'constraint',
      name: 'fk on public.deals',
      operation: 'delete' as const,
      before: 'x',
      after: null,
    };
    expect(provePresence(object, { ...NOTHING, objects: [entry] })).toEqual({
      shown: true,
      evidence: 'constraint fk on public.deals was lost between the readings',
    });
    expect(provePresence(object, { ...NOTHING, objects: [{ ...entry, name: 'fk on public.other' }] }).shown).toBe(
      false,
    );
  });
});

describe('what remains', () => {
  test.each([
    ['nothing differs', NOTHING, { keys: [], complete: true }],
    ['one of two', withPart(changes('delete', ['id=2', 'id=7'])), { keys: ['id=2'], complete: true }],
    ['other rows only', withPart(changes('update', ['id=7'])), { keys: [], complete: true }],
    ['sums only', withPart({}), { keys: [], complete: false }],
    [
      'a list cut short',
      withPart({ ...changes('delete', ['id=1']), totals: { insert: 0, delete: 300, update: 0 } }),
      { keys: ['id=1'], complete: false },
    ],
    ['the whole table is gone', withPart({ after: null }), { keys: ['id=1', 'id=2'], complete: true }],
    ['not readable', { ...NOTHING, unread: [{ what: 'public.deals', why: 'x' }] }, { keys: [], complete: false }],
  ])('%s', (_, final, expected) => {
    expect(remainingDamage([truth()], final)).toMatchObject([{ fault: 'DC-01', where: 'public.deals', ...expected }]);
  });
});
