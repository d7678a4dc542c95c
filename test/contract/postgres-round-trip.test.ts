import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainPostgres } from '../../src/adapters/postgres/explain.ts';
import { readPostgres } from '../../src/adapters/postgres/reading.ts';
import { compareManifests } from '../../src/subject/compare.ts';
import { verdictOf } from '../../src/subject/difference.ts';
import { ORIGIN } from '../support/origin.ts';
import { RICH_SCHEMA } from '../support/rich-schema.ts';
import { npmBinaries, startPostgres, type TestServer } from '../support/postgres.ts';

const run = promisify(execFile);
let server: TestServer;

beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(() => server.stop());

describe('readings across a dump and a restore', () => {
  it.for([
    ['one of everything', ORIGIN],
    ['definitions worded in two ways', RICH_SCHEMA],
  ] as const)(
    'are equal down to constraints, although OIDs, order and positions changed: %s',
    async ([, schema], context) => {
      const tool = (name: string): string => path.join(server.binaries, name);
      if (!existsSync(tool('pg_dump'))) context.skip('pg_dump is not installed here');
      await server.drop('original');
      await server.drop('copy');
      const original = await server.create('original');
      await server.sql('original', schema);
      const copy = await server.create('copy');
      const folder = await mkdtemp(path.join(tmpdir(), 'rpd-'));
      try {
        const file = path.join(folder, 'dump');
        const place = ['-h', original.host, '-U', original.user];
        await run(tool('pg_dump'), [...place, '-Fc', '-f', file, 'original']);
        await run(tool('pg_restore'), [...place, '-d', 'copy', file]);
      } finally {
        await rm(folder, { recursive: true });
      }
      await server.sql('copy', 'vacuum full');
      const before = await readPostgres(original, { name: 'crm' });
      const difference = compareManifests(before, await readPostgres(copy, { name: 'crm', like: before }));
      expect(difference.objects).toEqual([]);
      expect(difference.parts).toEqual([]);
      expect(difference.counters).toEqual([]);
      expect(difference.unread.filter(({ why }) => !why.startsWith('foreign table'))).toEqual([]);
    },
  );

  it('work on the newest server too', async () => {
    const newest = await startPostgres({ binaries: await npmBinaries() });
    try {
      await newest.create('origin');
      await newest.sql('origin', ORIGIN);
      const witness = await newest.create('witness', { template: 'origin' });
      const current = await newest.create('current', { template: 'origin' });
      const before = await readPostgres(witness, { name: 'crm' });
      const same = compareManifests(before, await readPostgres(current, { name: 'crm', like: before }));
      expect(verdictOf(same)).toBe('equal');
      await newest.sql(
        'current',
        "update big set v = 'x' where id = 77; update cells set n = -n where id = 1; alter table child drop constraint child_parent_fkey",
      );
      const after = compareManifests(before, await readPostgres(current, { name: 'crm', like: before }));
      const explained = await explainPostgres(after, { current, witness }, () => undefined);
      expect(explained.parts.flatMap((part) => part.changes.map(({ key }) => `${part.part} ${key}`))).toEqual([
        'public.big id=77',
        'public.cells id=1',
      ]);
      expect(explained.objects.map(({ name }) => name)).toEqual(['child_parent_fkey on public.child']);
    } finally {
      await newest.stop();
    }
  }, 60_000);
});

const TYPES = {
  int: fc.integer({ min: -2_147_483_648, max: 2_147_483_647 }).map(String),
  bigint: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  numeric: fc
    .tuple(fc.bigInt({ min: -1_000_000n, max: 1_000_000n }), fc.nat(4))
    .map(([whole, scale]) => `${whole}.${'0'.repeat(scale)}1`),
  text: fc.string({ maxLength: 8 }).map((text) => text.replaceAll('\0', '')),
  bool: fc.boolean().map(String),
  float8: fc.double().map(String),
  jsonb: fc.integer({ min: -9, max: 9 }).map((number) => `{"k": ${number}}`),
  timestamptz: fc
    .date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  'int[]': fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 3 }).map((items) => `{${items.join(',')}}`),
} as const;

const typeName = fc.constantFrom(...(Object.keys(TYPES) as (keyof typeof TYPES)[]));
const cellOf = (type: keyof typeof TYPES): fc.Arbitrary<string | null> => fc.option(TYPES[type], { nil: null });
const scenario = fc
  .record({
    types: fc.array(typeName, { minLength: 1, maxLength: 4 }),
    key: fc.constantFrom('int', 'text', 'none'),
    rows: fc.integer({ min: 1, max: 6 }),
  })
  .chain(({ types, key, rows }) =>
    fc.record({
      types: fc.constant(types),
      key: fc.constant(key),
      cells: fc.array(fc.tuple(...types.map(cellOf)), { minLength: rows, maxLength: rows }),
      row: fc.nat(rows - 1),
      column: fc.nat(types.length - 1),
    }),
  )
  .chain((facts) => fc.record({ facts: fc.constant(facts), value: cellOf(facts.types[facts.column] ?? 'int') }));

describe('any single change of a cell', () => {
  const literal = (value: string | null): string => (value === null ? 'null' : `'${value.replaceAll("'", "''")}'`);

  it('is found and named', async () => {
    const witness = await server.create('before_change');
    const current = await server.create('after_change');
    await fc.assert(
      fc.asyncProperty(scenario, async ({ facts: { types, key, cells, row, column }, value }) => {
        const keyType = key === 'none' ? 'int' : key;
        const columns = types.map((type, index) => `c${index} ${type}`).join(', ');
        const values = cells
          .map((cellsOfRow, index) => `(${index - 2}, ${cellsOfRow.map(literal).join(', ')})`)
          .join(', ');
        const create = `drop table if exists t; create table t (id ${keyType}${key === 'none' ? '' : ' primary key'}, ${columns}); insert into t values ${values};`;
        await server.sql('before_change', create);
        await server.sql(
          'after_change',
          `${create} update t set c${column} = ${literal(value)} where id = '${row - 2}'`,
        );
        const [stored] = await server.sql(
          'after_change',
          `select c${column}::text as now from t where id = '${row - 2}'`,
        );
        const [was] = await server.sql(
          'before_change',
          `select c${column}::text as was from t where id = '${row - 2}'`,
        );
        const manifest = await readPostgres(witness, { name: 'x' });
        const difference = compareManifests(manifest, await readPostgres(current, { name: 'x', like: manifest }));
        if (stored?.['now'] === was?.['was']) {
          expect(verdictOf(difference)).toBe('equal');
          return;
        }
        const [part] = (await explainPostgres(difference, { current, witness }, () => undefined)).parts;
        if (key === 'none') expect(part?.totals).toEqual({ insert: 1, delete: 1, update: 0 });
        else expect(part?.changes).toEqual([{ operation: 'update', key: `id=${row - 2}`, columns: [`c${column}`] }]);
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
