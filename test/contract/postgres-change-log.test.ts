import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LoggedChange } from '../../src/subject/change-log.ts';
import { verdictOf } from '../../src/subject/difference.ts';
import type { PostgresStore } from '../../src/adapters/postgres/store.ts';
import { withConnection } from '../../src/adapters/postgres/connection.ts';
import { comparison, filledPostgres, makeStorePlace, type StorePlace } from '../support/stores.ts';

let place: StorePlace;
let store: PostgresStore;

beforeAll(async () => {
  place = await makeStorePlace();
  store = await filledPostgres(place, 'npm');
  await store.query(`
    create role courier login; create table letters (box int, no int, "odd, ""name""" text, primary key (box, no));
    create table scraps (t text); grant select, insert, update, delete, truncate on letters, scraps to courier;
    insert into letters values (1, 1, 'a'), (1, 2, 'b')`);
});
afterAll(() => place[Symbol.asyncDispose]());

async function asCourier(sql: string): Promise<void> {
  await withConnection(store.server.url('courier', store.database), (connection) => connection.query(sql));
}

const told = ({ role, part, operation, key }: LoggedChange): string => `${role} ${operation} ${part} ${key ?? '-'}`;

describe('who changed what', () => {
  test('is told by the role that logged in, with the keys of the rows', async () => {
    const log = await store.watchChanges();
    try {
      await asCourier(
        'insert into letters values (2, 1, \'c\'); update letters set "odd, ""name""" = \'x\' where box = 1',
      );
      await asCourier("delete from letters where no = 2; insert into scraps values ('s'); truncate scraps");
      await store.query('update letters set no = 9 where box = 2');
      expect((await log.changes(0)).map(told)).toEqual([
        'courier insert public.letters box=2, no=1',
        'courier update public.letters box=1, no=1',
        'courier update public.letters box=1, no=2',
        'courier delete public.letters box=1, no=2',
        'courier insert public.scraps -',
        'courier truncate public.scraps -',
        `${store.server.superuser} update public.letters box=2, no=9`,
      ]);
      const position = await log.position();
      expect(await log.changes(position)).toEqual([]);
    } finally {
      await log.close();
    }
  });

  test('a session in replica mode, or under another role, does not get past it', async () => {
    const log = await store.watchChanges();
    try {
      await store.query("set session_replication_role = replica; set role courier; insert into scraps values ('t')");
      expect((await log.changes(0)).map(told)).toEqual([`${store.server.superuser} insert public.scraps -`]);
    } finally {
      await log.close();
    }
  });
});

test('no reading sees the log, neither while it is kept nor afterwards', async () => {
  const before = await store.read();
  const log = await store.watchChanges();
  const during = await store.read({ like: before });
  await log.close();
  await log.close();
  const after = await store.read({ like: before });
  expect(verdictOf(comparison(before, during))).toBe('equal');
  expect(comparison(before, during).objects).toEqual([]);
  expect(verdictOf(comparison(before, after))).toBe('equal');
});

test('a clone does not write into the log of the original', async () => {
  const log = await store.watchChanges();
  const twin = await store.clone('twin-of-watched');
  try {
    await twin.query("insert into scraps values ('in the twin')");
    expect(await log.changes(0)).toEqual([]);
  } finally {
    await twin.release();
    await log.close();
  }
});
