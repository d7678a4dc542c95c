import { describe, expect, it } from 'vitest';
import { LISTED_CHANGES } from './compare.ts';
import { Explanation, SHOWN_ROWS } from './explanation.ts';

const PART = {
  part: 't',
  before: 5_000,
  after: 5_000,
  totals: null,
  columns: {},
  changes: [],
  buckets: { different: 1, total: 1 },
};

describe('an explanation', () => {
  it('counts everything, lists and shows only the first', () => {
    const shown: string[] = [];
    const explanation = new Explanation(PART, ({ key }) => shown.push(key));
    for (let id = 0; id < 3_000; id += 1) {
      explanation.add({
        operation: 'update',
        key: `id=${id}`,
        columns: id % 2 === 0 ? ['a'] : ['a', 'b'],
        before: { a: null },
        after: { a: '' },
      });
    }
    explanation.addMany('delete', 7);
    const result = explanation.result();
    expect(result.totals).toEqual({ insert: 0, delete: 7, update: 3_000 });
    expect(result.columns).toEqual({ a: 3_000, b: 1_500 });
    expect(result.changes).toHaveLength(LISTED_CHANGES);
    expect(shown).toHaveLength(SHOWN_ROWS);
  });

  it('shows no values that were not fetched', () => {
    const explanation = new Explanation(PART, () => expect.unreachable());
    explanation.add({ operation: 'insert', key: 'id=1', columns: [] });
    expect(explanation.result().totals?.insert).toBe(1);
  });
});
