import { afterAll, beforeAll, expect, test } from 'vitest';
import { withConnection } from '../../src/adapters/postgres/connection.ts';
import { postgresInjector } from '../../src/adapters/postgres/faults/injector.ts';
import type { FaultStore } from '../../src/adapters/postgres/faults/read-shape.ts';
import { readPostgres } from '../../src/adapters/postgres/reading.ts';
import type { InjectionRequest, Truth } from '../../src/fault/injector.ts';
import { provePresence } from '../../src/fault/presence.ts';
import { remainingDamage } from '../../src/fault/remaining.ts';
import { compareManifests } from '../../src/subject/compare.ts';
import { startPostgres, type TestAddress, type TestServer } from '../support/postgres.ts';

let server: TestServer;
let address: TestAddress;

beforeAll(async () => {
  server = await startPostgres();
  address = await server.create('crm');
  await server.sql(
    'crm',
    `create role app login;
     create table users (id int primary key, email text not null, active boolean not null, valid_until date);
     insert into users select n, 'user' || n || '@example.com', n % 2 = 0, '2030-01-01' from generate_series(1, 40) n;
     create table rights (id int primary key, public boolean not null);
     insert into rights select n, n > 18 from generate_series(1, 20) n;
     create table orders (id int primary key, made_at timestamptz);
     insert into orders select n, case when n = 1 then null else timestamptz '2026-01-01' + n * interval '1 h' end from generate_series(1, 100) n`,
  );
});
afterAll(() => server?.stop());

function storeFor(role: string): FaultStore {
  return {
    name: 'db',
    role: () => role,
    query: (sql, { parameters = [] } = {}) =>
      withConnection(address, (connection) => connection.query(sql, parameters)),
  };
}

/** Injected, shown by readings before and after, and seen as still there. */
async function injected(request: InjectionRequest): Promise<Truth> {
  const before = await readPostgres(address, { name: 'db' });
  const done = await postgresInjector(storeFor('app')).inject(request);
  if (!done.applicable) throw new Error(`not applicable: ${done.why}`);
  const difference = compareManifests(before, await readPostgres(address, { name: 'db', like: before }));
  expect(provePresence(done.truth, difference)).toMatchObject({ shown: true });
  const [remaining] = remainingDamage([done.truth], difference);
  expect(remaining?.sentence).not.toMatch(/nothing/);
  return done.truth;
}

async function column(sql: string): Promise<readonly (string | null)[]> {
  return (await server.sql('crm', sql)).map((row) => Object.values(row)[0] ?? null);
}

test('GF-03 takes a flag down, empties another column, and changes nobody who could not sign in anyway', async () => {
  const flags = await injected({ id: 'GF-03', table: 'users', column: 'active', rate: 0.25, seed: 7 });
  expect(flags).toMatchObject({ rows: 5, columns: ['active'], operation: 'update' });
  expect(await column('select count(*) from users where active')).toEqual(['15']);
  const dates = await injected({ id: 'GF-03', table: 'users', column: 'valid_until', rate: 0.1, seed: 7 });
  expect(dates.keys).toEqual(await column(`select 'id=' || id from users where valid_until is null order by 1`));
});

test('GF-05 sets a flag, and only a flag', async () => {
  expect(await injected({ id: 'GF-05', table: 'rights', column: 'public', rate: 0.5, seed: 7 })).toMatchObject({
    rows: 9,
  });
  expect(await column('select count(*) from rights where public')).toEqual(['11']);
  const wrong = { id: 'GF-05', table: 'users', column: 'email', seed: 7 };
  expect(await postgresInjector(storeFor('app')).inject(wrong)).toEqual({
    applicable: false,
    why: 'it needs a column that is true or false (in users)',
  });
});

test('GF-08 takes the newest, and never what has no date', async () => {
  const truth = await injected({ id: 'GF-08', table: 'orders', column: 'made_at', rate: 0.1, seed: 7 });
  expect(truth.rows).toBe(10);
  expect(await column('select max(id) from orders')).toEqual(['90']);
});

test('GF-09 locks the account of the programs, and never our own', async () => {
  const signIn = () => withConnection({ ...address, user: 'app' }, (connection) => connection.query('select 1 as one'));
  await expect(signIn()).resolves.toEqual([{ one: '1' }]);
  expect(await injected({ id: 'GF-09', seed: 7 })).toMatchObject({ object: { kind: 'role', name: 'app' } });
  await expect(signIn()).rejects.toThrow(/not permitted to log in/);
  expect(await postgresInjector(storeFor(address.user)).inject({ id: 'GF-09', seed: 7 })).toEqual({
    applicable: false,
    why: 'it needs programs that sign in with a role of their own',
  });
});

test('none of them is done where a plan does not name it', () => {
  expect(postgresInjector(storeFor('app')).offers.filter((id) => id.startsWith('GF'))).toEqual([]);
});
