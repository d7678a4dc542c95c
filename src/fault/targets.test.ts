import { describe, expect, test } from 'vitest';
import { parseRate } from './injector.ts';
import { withInferredLinks } from './inferred-links.ts';
import type { ColumnShape, StoreShape, TableShape } from './shape.ts';
import { targetsFor } from './targets.ts';

function column(name: string, over: Partial<ColumnShape> = {}): ColumnShape {
  return {
    name,
    object: name,
    family: 'text',
    type: over.family ?? 'text',
    limit: null,
    wholeDigits: null,
    pinned: false,
    scale: null,
    notNull: false,
    generated: false,
    identity: false,
    default: null,
    sequence: null,
    ...over,
  };
}

function table(label: string, columns: readonly ColumnShape[], over: Partial<TableShape> = {}): TableShape {
  return {
    name: `public.${label}`,
    schema: 'public',
    label,
    root: null,
    rows: 1000,
    key: ['id'],
    rowName: '',
    uniques: [['id']],
    links: [],
    partitionedBy: [],
    constraints: [],
    triggers: [],
    hazard: null,
    columns: [column('id', { family: 'integer', notNull: true }), ...columns],
    ...over,
  };
}

const shapeOf = (...tables: readonly TableShape[]): StoreShape => ({ tables, sequences: [] });
const names = (...given: Parameters<typeof targetsFor>): readonly string[] =>
  targetsFor(...given).map((target) => [target.table.label, ...target.columns.map((entry) => entry.name)].join('.'));

describe('choosing a place', () => {
  test('never keys, references, unique, generated or partition columns', () => {
    const shape = shapeOf(
      table(
        'deals',
        [column('account', {}), column('code'), column('made', { generated: true }), column('region'), column('title')],
        {
          uniques: [['id'], ['code']],
          links: [{ column: 'account', parent: 'public.a', parentColumn: 'id', inferred: false }],
          partitionedBy: ['region'],
        },
      ),
    );
    expect(names('text', shape, { id: 'DC-08', seed: 1 })).toEqual(['deals.title']);
    expect(names('text', shape, { id: 'DC-08', seed: 1, column: 'code' })).toEqual(['deals.code']);
    expect(names('text', shape, { id: 'DC-08', seed: 1, column: 'made' })).toEqual([]);
  });

  test('the business before the bookkeeping, the large before the small', () => {
    const shape = shapeOf(
      table('job_queue', [], { rows: 90_000 }),
      table('deals', []),
      table('colours', [], { rows: 3 }),
    );
    expect(names('rows', shape, { id: 'DC-01', seed: 1 })[0]).toBe('deals');
    expect(names('rows', shape, { id: 'DC-01', seed: 1 }).at(-1)).toBe('colours');
  });

  test('the seed decides among equals', () => {
    const shape = shapeOf(table('deals', []), table('orders', []), table('contacts', []));
    const first = new Set(Array.from({ length: 20 }, (_, seed) => names('rows', shape, { id: 'DC-01', seed })[0]));
    expect(first.size).toBe(3);
  });

  test('a copy needs a key that can be made anew and no other unique index', () => {
    const shape = shapeOf(
      table('deals', [column('code')], { uniques: [['id'], ['code']] }),
      table('orders', []),
      table('notes', [], { key: null, uniques: [] }),
      table('links', [column('b')], {
        uniques: [['id', 'b']],
        links: ['id', 'b'].map((name) => ({
          column: name,
          parent: 'public.orders',
          parentColumn: 'id',
          inferred: false,
        })),
      }),
    );
    expect(names('copies', shape, { id: 'DC-02', seed: 1 })).toEqual(['orders.id', 'notes']);
  });

  test('money by name or by scale', () => {
    const shape = shapeOf(
      table('deals', [
        column('weight', { family: 'decimal', scale: 2 }),
        column('amount', { family: 'integer' }),
        column('clicks', { family: 'integer' }),
      ]),
    );
    expect(new Set(names('money', shape, { id: 'DC-16', seed: 1 }))).toEqual(new Set(['deals.amount', 'deals.weight']));
  });

  test('a table is named with or without schema, quotes or its partitioned root', () => {
    const shape = shapeOf(table('payment_2026', [], { root: 'public.payment' }), table('deals', []));
    for (const wanted of ['payment', 'public.payment', '"payment_2026"']) {
      expect(names('rows', shape, { id: 'DC-01', seed: 1, table: wanted })).toEqual(['payment_2026']);
    }
    expect(names('rows', shape, { id: 'DC-01', seed: 1, table: 'pay' })).toEqual([]);
  });
});

describe('references that nobody declared', () => {
  const integer = (name: string): ColumnShape => column(name, { family: 'integer' });
  test.each(['account_id', 'AccountId', 'fk_account', 'accountid', 'account_no'])('%s', (name) => {
    const shape = withInferredLinks(shapeOf(table('Accounts', []), table('deals', [integer(name)])));
    expect(shape.tables[1]?.links).toEqual([
      { column: name, parent: 'public.Accounts', parentColumn: 'id', inferred: true },
    ]);
  });

  test('not to another type, nor without a name', () => {
    const shape = withInferredLinks(
      shapeOf(table('accounts', []), table('deals', [column('account_id'), integer('id_'), integer('total')])),
    );
    expect(shape.tables[1]?.links).toEqual([]);
  });
});

test.each([
  ['1%', 0.01],
  ['0.5%', 0.005],
  ['250%', 1],
])('rate %s', (text, rate) => {
  expect(parseRate(text)).toBe(rate);
});
