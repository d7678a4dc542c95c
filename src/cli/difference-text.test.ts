import { describe, expect, it } from 'vitest';
import type { Difference, PartDifference } from '../subject/difference.ts';
import { differenceText } from './difference-text.ts';
import { shownValues } from './shown-values.ts';

const NOTHING: Difference = {
  store: 'crm',
  parts: [],
  objects: [],
  counters: [],
  unread: [],
  compared: { parts: 3, rows: 1_200, objects: 10, counters: 1 },
};

function part(name: string, made: Partial<PartDifference>): PartDifference {
  return {
    part: name,
    before: 10,
    after: 10,
    totals: { insert: 0, delete: 0, update: 0 },
    columns: {},
    changes: [],
    buckets: { different: 1, total: 4 },
    ...made,
  };
}

function show(made: Partial<Difference>, rows = 10): string {
  return differenceText({ difference: { ...NOTHING, ...made }, kind: 'postgres', rows, values: null });
}

describe('a difference for the terminal', () => {
  it('says first what is missing, then what changed, then what is new; within that the most rows', () => {
    const text = show({
      parts: [
        part('new', { before: null, totals: null, after: 9_000 }),
        part('inserted', { totals: { insert: 900, delete: 0, update: 0 } }),
        part('changed', { totals: { insert: 0, delete: 0, update: 5 } }),
        part('lost', { totals: { insert: 0, delete: 1, update: 0 } }),
        part('lost-more', { totals: { insert: 0, delete: 7, update: 3 } }),
        part('gone', { after: null, totals: null }),
      ],
    });
    const order = ['gone ', 'lost-more ', 'lost ', 'changed ', 'new ', 'inserted '].map((name) =>
      text.indexOf(`\n${name}`),
    );
    expect(order).toEqual(order.toSorted((one, other) => one - other));
    expect(order[0]).toBeGreaterThan(0);
  });

  it('names as many rows as asked for and counts the others', () => {
    const changes = [1, 2, 3].map((id) => ({ operation: 'update' as const, key: `id=${id}`, columns: ['amount'] }));
    const text = show({ parts: [part('deals', { totals: { insert: 0, delete: 0, update: 500 }, changes })] }, 2);
    expect(text).toContain('~ id=1  amount');
    expect(text).not.toContain('id=3');
    expect(text).toContain('… and 498 more');
  });

  it('shows values only where it was given them, and tells NULL from text', () => {
    const changes = [{ operation: 'update' as const, key: 'id=1', columns: ['name'] }];
    const values = shownValues(5);
    values.sink({ part: 'deals', key: 'id=1', before: { name: 'NULL' }, after: { name: null } });
    const difference = { ...NOTHING, parts: [part('deals', { totals: { insert: 0, delete: 0, update: 1 }, changes })] };
    const text = differenceText({ difference, kind: 'postgres', rows: 5, values });
    expect(text).toMatch(/name +"NULL" +→ +NULL/);
    expect(differenceText({ difference, kind: 'postgres', rows: 5, values: null })).not.toContain('"NULL"');
  });

  it('keeps no more values than rows are shown', () => {
    const values = shownValues(2);
    for (const key of ['id=1', 'id=2', 'id=3']) values.sink({ part: 't', key, before: null, after: { id: key } });
    expect(['id=1', 'id=2', 'id=3'].map((key) => values.of('t', key) !== undefined)).toEqual([true, true, false]);
  });

  it('says a table that came or went once, with what belonged to it', () => {
    const object = (kind: string, name: string) => ({
      kind,
      name,
      operation: 'delete' as const,
      before: 'x',
      after: null,
    });
    const text = show({
      objects: [
        object('table', 'public.t'),
        object('column', 'public.t.id'),
        object('privileges', 'relation public.t'),
        object('constraint', 'c on public.t'),
        object('table', 'public.t2'),
      ],
    });
    expect(text).toContain('− table public.t  missing, with 3 further definitions');
    expect(text).toContain('− table public.t2  missing');
    expect(text).not.toContain('column public.t.id');
  });

  it('a sequence ahead alone is equal, with a note', () => {
    const text = show({ counters: [{ name: 's', before: '5', after: '9', direction: 'ahead' }] });
    expect(text).toContain('● equal');
    expect(text).toContain('ahead: leaves a gap only');
  });

  it('is never equal while something was not read', () => {
    const text = show({ unread: [{ what: 'public.secret', why: 'no permission' }] });
    expect(text).toContain('◐ equal as far as it could be read');
    expect(text).toContain('? public.secret: no permission');
  });

  it('lets no control character of a name through', () => {
    const text = show({
      parts: [
        part('evil\u001b[2J', {
          totals: { insert: 1, delete: 0, update: 0 },
          changes: [{ operation: 'insert', key: 'id=\u0007\n', columns: ['\u009b'] }],
        }),
      ],
      unread: [{ what: 'a\u001b', why: 'b\u0000' }],
    });
    // oxlint-disable-next-line no-control-regex -- that none occurs is what is tested
    expect(text.replaceAll(/\u001b\[[\d;]*m/g, '')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });
});
