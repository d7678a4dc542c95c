import { describe, expect, test } from 'vitest';
import { part } from '../../test/support/evidence.ts';
import { type Allowance, judgeDifference, NO_RULES, type Rules } from './allowance.ts';
import type { CounterDifference, Difference, PartDifference } from './difference.ts';

function differenceOf(parts: readonly PartDifference[], counters: readonly CounterDifference[] = []): Difference {
  const compared = { parts: 1, rows: 10, objects: 0, counters: 1 };
  return { store: 'db', parts, objects: [], counters, unread: [], compared };
}

function allowing(...allowances: readonly Partial<Allowance>[]): Rules {
  const usual: Allowance = { part: 'users', operation: 'update', columns: ['last_login'], max: 5, why: 'logging in' };
  return { ...NO_RULES, allowances: allowances.map((one) => ({ ...usual, ...one })) };
}

/** `rows` updates, one a row, each in one column. */
function updates(columns: Readonly<Record<string, number>>): PartDifference {
  const changes = Object.entries(columns).flatMap(([column, rows]) =>
    Array.from({ length: rows }, (_, row) => ({
      operation: 'update' as const,
      key: `id=${column}-${row}`,
      columns: [column],
    })),
  );
  return part('public.users', { totals: { insert: 0, delete: 0, update: changes.length }, columns, changes });
}

function inserts(...keys: readonly string[]): PartDifference {
  const changes = keys.map((key) => ({ operation: 'insert' as const, key, columns: [] }));
  return part('public.notes', { totals: { insert: keys.length, delete: 0, update: 0 }, columns: {}, changes });
}

function isAllowed(difference: PartDifference, rules: Rules): boolean {
  return judgeDifference(differenceOf([difference]), rules).remaining.parts.length === 0;
}

const WRITE: Partial<Allowance> = { part: 'notes', operation: 'insert', columns: null, max: 1, key: 'id=5' };

describe('what may change', () => {
  test('nothing without an allowance', () => {
    expect(isAllowed(updates({ last_login: 1 }), NO_RULES)).toBe(false);
  });

  test('as many rows as allowed, in the columns allowed, and it is said why', () => {
    const { remaining, allowed, unused } = judgeDifference(differenceOf([updates({ last_login: 5 })]), allowing({}));
    expect(remaining.parts).toEqual([]);
    expect(allowed).toEqual([
      { part: 'public.users', operation: 'update', columns: ['last_login'], rows: 5, why: 'logging in' },
    ]);
    expect(unused).toEqual([]);
  });

  test.each<readonly [string, PartDifference, Rules]>([
    ['one row too many', updates({ last_login: 6 }), allowing({})],
    ['another column', updates({ role: 1 }), allowing({})],
    ['another column beside an allowed one', updates({ last_login: 1, role: 1 }), allowing({})],
    ['another operation', updates({ last_login: 1 }), allowing({ operation: 'insert' })],
    ['another table', updates({ last_login: 1 }), allowing({ part: 'deals' })],
    ['a table whose name only ends alike', updates({ last_login: 1 }), allowing({ part: 'sers' })],
    ['rows that nobody counted', { ...updates({ last_login: 1 }), totals: null }, allowing({ max: 1_000 })],
    ['a table that is gone', { ...updates({ last_login: 1 }), after: null }, allowing({ max: 1_000 })],
    ['a table that was not there', { ...updates({ last_login: 1 }), before: null }, allowing({ max: 1_000 })],
    ['a table marked exact', updates({ last_login: 1 }), { ...allowing({}), exact: ['users'] }],
  ])('not: %s', (_what, difference, rules) => {
    expect(isAllowed(difference, rules)).toBe(false);
  });

  test('what one allowance gives for any column does not widen another', () => {
    const rules = allowing({ max: 60 }, { columns: null, max: 1, why: 'a password was reset' });
    expect(isAllowed(updates({ last_login: 40, password: 1 }), rules)).toBe(true);
    expect(isAllowed(updates({ last_login: 40, role: 2 }), rules)).toBe(false);
  });

  test('several allowances add up', () => {
    expect(isAllowed(updates({ last_login: 7 }), allowing({}, { max: 2, why: 'as in the control run' }))).toBe(true);
  });

  test('an allowance that nothing needed is named, one that was exceeded is not', () => {
    expect(judgeDifference(differenceOf([]), allowing({})).unused).toHaveLength(1);
    expect(judgeDifference(differenceOf([updates({ last_login: 6 })]), allowing({})).unused).toEqual([]);
  });
});

describe('an acknowledged write covers its own row only', () => {
  test('the row with that key', () => {
    expect(isAllowed(inserts('id=5'), allowing(WRITE))).toBe(true);
    expect(isAllowed(inserts('tenant=1, id=5'), allowing(WRITE))).toBe(true);
  });

  test('not a row with another key', () => {
    expect(isAllowed(inserts('id=6'), allowing(WRITE))).toBe(false);
    expect(isAllowed(inserts('id=55'), allowing(WRITE))).toBe(false);
    expect(isAllowed(inserts('id=5', 'id=6'), allowing(WRITE))).toBe(false);
  });

  test('beside what is allowed for any row', () => {
    const both = allowing(WRITE, { part: 'notes', operation: 'insert', columns: null, max: 1 });
    expect(isAllowed(inserts('id=5', 'id=6'), both)).toBe(true);
    expect(isAllowed(inserts('id=5', 'id=6', 'id=7'), both)).toBe(false);
  });

  test('also in a table marked exact', () => {
    const exact = { ...allowing(WRITE, { part: 'notes', operation: 'insert', max: 9 }), exact: ['notes'] };
    expect(isAllowed(inserts('id=5'), exact)).toBe(true);
    expect(isAllowed(inserts('id=5', 'id=6'), exact)).toBe(false);
  });

  test('in a table whose rows are named otherwise, one row', () => {
    expect(isAllowed(inserts('ctid=(0,1)'), allowing(WRITE))).toBe(true);
    expect(isAllowed(inserts('ctid=(0,1)', 'ctid=(0,2)'), allowing(WRITE))).toBe(false);
  });

  test('an update of that row in other columns is not covered', () => {
    const reset = allowing({ key: 'id=password-0', columns: ['password'], max: 1 });
    expect(isAllowed(updates({ password: 1 }), reset)).toBe(true);
    expect(
      isAllowed(
        {
          ...updates({ password: 1 }),
          columns: { role: 1 },
          changes: [{ operation: 'update', key: 'id=password-0', columns: ['role'] }],
        },
        reset,
      ),
    ).toBe(false);
  });
});

describe('sequences', () => {
  const counter = (direction: CounterDifference['direction']): CounterDifference => ({
    name: 'public.deals_id_seq',
    before: '5',
    after: '9',
    direction,
  });
  const judge = (direction: CounterDifference['direction'], rules = NO_RULES) =>
    judgeDifference(differenceOf([], [counter(direction)]), rules);

  test('ahead is a note', () => {
    expect(judge('ahead')).toMatchObject({
      remaining: { counters: [] },
      notes: ['sequence public.deals_id_seq is ahead: 5 before, 9 now'],
    });
  });

  test('unless it must be gapless', () => {
    expect(judge('ahead', { ...NO_RULES, gapless: ['deals_id_seq'] })).toMatchObject({
      remaining: { counters: [{ direction: 'ahead' }] },
      notes: [],
    });
  });

  test.each(['behind', 'missing', 'extra'] as const)('%s differs', (direction) => {
    expect(judge(direction).remaining.counters).toHaveLength(1);
  });
});

describe('parts that are empty after a restore by definition', () => {
  const rules: Rules = { ...NO_RULES, volatile: ['public.cache'] };
  const cache = (rows: { before: number; after: number }) =>
    part('public.cache', { ...rows, totals: null, changes: [] });

  test('empty is a note', () => {
    expect(judgeDifference(differenceOf([cache({ before: 9, after: 0 })]), rules)).toMatchObject({
      remaining: { parts: [] },
      notes: [expect.stringMatching(/cache is empty/)],
    });
  });

  test('other content is not, and neither is content that was not there', () => {
    expect(isAllowed(cache({ before: 9, after: 8 }), rules)).toBe(false);
    expect(isAllowed(cache({ before: 0, after: 3 }), rules)).toBe(false);
  });
});
