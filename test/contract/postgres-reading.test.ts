import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainPostgres } from '../../src/adapters/postgres/explain.ts';
import { readPostgres } from '../../src/adapters/postgres/reading.ts';
import { missingStatistics } from '../../src/adapters/postgres/statistics.ts';
import { compareManifests } from '../../src/subject/compare.ts';
import { type Difference, verdictOf } from '../../src/subject/difference.ts';
import type { Manifest } from '../../src/subject/manifest.ts';
import { ORIGIN } from '../support/origin.ts';
import { startPostgres, type TestAddress, type TestServer } from '../support/postgres.ts';

let server: TestServer;
let witness: TestAddress;
let baseline: Manifest;
let count = 0;

beforeAll(async () => {
  server = await startPostgres();
  await server.create('origin');
  await server.sql('origin', ORIGIN);
  witness = await server.create('witness', { template: 'origin' });
  baseline = await readPostgres(witness, { name: 'crm' });
}, 60_000);
afterAll(() => server.stop());

/** What a reading and a drill-down say after `change` ran on a copy. */
async function after(change: string): Promise<Difference> {
  count += 1;
  const database = `case_${count}`;
  const current = await server.create(database, { template: 'origin' });
  await server.sql(database, change);
  const difference = compareManifests(baseline, await readPostgres(current, { name: 'crm', like: baseline }));
  const explained = await explainPostgres(difference, { current, witness }, () => undefined);
  await server.drop(database);
  return explained;
}

const listed = (difference: Difference): readonly string[] =>
  difference.parts.flatMap((part) =>
    part.changes.map(({ operation, key, columns }) => `${part.part} ${operation} ${key} ${columns.join('+')}`.trim()),
  );
const objects = (difference: Difference): readonly string[] =>
  difference.objects.map(({ operation, kind, name }) => `${operation} ${kind} ${name}`);

describe('a reading of PostgreSQL', () => {
  it('is equal to itself, whole', async () => {
    const difference = compareManifests(baseline, await readPostgres(witness, { name: 'crm', like: baseline }));
    expect(verdictOf(difference)).toBe('equal');
    expect(difference.compared).toMatchObject({ parts: baseline.parts.length, counters: baseline.counters.length });
    expect(baseline.parts.map(({ name }) => name)).toContain('public.cells');
    expect(baseline.unread).toEqual([]);
  });

  // Every one of these is invisible to a recipe in common use.
  it.each([
    ['numeric sign', 'update cells set n = -n where id = 1', 'n'],
    ['numeric scale', 'update cells set n = 100.0 where id = 1', 'n'],
    ['numeric NaN against Infinity', "update cells set n = 'Infinity' where id = 3", 'n'],
    ['jsonb number sign', `update cells set j = '{"a": -1}' where id = 1`, 'j'],
    ['jsonb number scale', `update cells set j = '{"a": 1.0}' where id = 1`, 'j'],
    ['bigint folded to 32 bits', 'update cells set b = 4294967297 where id = 1', 'b'],
    ['negative zero', "update cells set f = '-0' where id = 1", 'f'],
    ['last bit of a double', 'update cells set f = 0.30000000000000004 where id = 2', 'f'],
    ['interval of a day', "update cells set i = '24 hours' where id = 1", 'i'],
    ['array dimensions', "update cells set a = '{{1,2},{3,4}}' where id = 1", 'a'],
    ['array bounds', "update cells set a = '[0:3]={1,2,3,4}' where id = 1", 'a'],
    ['NULL against the empty text', "update cells set t = '' where id = 3", 't'],
    ['blank at the end of a text', "update cells set t = t || ' ' where id = 1", 't'],
    ['blank at the end of a bpchar', "update cells set c = 'ab ' where id = 1", 'c'],
    ['enum label', "update cells set m = 'sad' where id = 1", 'm'],
    ['domain', 'update cells set d = d + 1 where id = 1', 'd'],
    ['composite whose cast to text hides everything', "update cells set p = (1, 'y') where id = 1", 'p'],
    ['composite NULL against a row of NULLs', 'update cells set p = row(null, null)::place where id = 3', 'p'],
    [
      'timestamp moved by 2^32 microseconds',
      "update cells set ts = ts + interval '4294967296 microseconds' where id = 1",
      'ts',
    ],
    ['timestamp moved by one microsecond', "update cells set ts = ts + interval '1 microsecond' where id = 1", 'ts'],
    ['bytea', "update cells set y = '\\x0001' where id = 1", 'y'],
    ['numeric range', "update cells set r = '[-1,2)' where id = 1", 'r'],
    ['order of enum array', "update cells set ma = '{sad,ok}' where id = 1", 'ma'],
  ])('sees and names: %s', async (_, change, column) => {
    const difference = await after(change);
    const id = / id = (\d)/.exec(change)?.[1];
    expect(verdictOf(difference)).toBe('different');
    expect(listed(difference)).toEqual([`public.cells update id=${id} ${column}`]);
    expect(difference.parts[0]?.columns).toEqual({ [column]: 1 });
    expect(difference.objects).toEqual([]);
  });

  it('sees values swapped between two rows', async () => {
    const difference = await after(`update cells x set t = y.t from cells y where (x.id, y.id) in ((1, 2), (2, 1))`);
    expect(listed(difference)).toEqual(['public.cells update id=1 t', 'public.cells update id=2 t']);
  });

  it('counts and names inserted, deleted and negative keys', async () => {
    const difference = await after(
      `delete from cells where id = -5; insert into cells (id, t) values (-4611686018427387904, 'low')`,
    );
    expect(listed(difference)).toEqual(['public.cells insert id=-4611686018427387904', 'public.cells delete id=-5']);
    expect(difference.parts[0]?.totals).toEqual({ insert: 1, delete: 1, update: 0 });
  });

  it('names rows by uuid, text and composite keys', async () => {
    const difference = await after(`update by_uuid set v = 'x' where id = '00000000-0000-0000-0000-000000000007';
      update by_text set v = 'x' where "Key" = 'ä,"1"'; delete from by_pair where left_id = 3 and right_id = 'b';`);
    expect(listed(difference)).toEqual([
      'public.by_pair delete left_id=3, right_id=b',
      'public.by_text update Key=ä,"1" v',
      'public.by_uuid update id=00000000-0000-0000-0000-000000000007 v',
    ]);
  });

  it('counts duplicates in a table without a key', async () => {
    const difference = await after(
      `insert into log values ('twice', 1); delete from log where ctid in (select min(ctid) from log where t = 'once')`,
    );
    const [part] = difference.parts;
    expect(part).toMatchObject({
      part: 'public.log',
      before: 4,
      after: 4,
      totals: { insert: 1, delete: 1, update: 0 },
    });
    expect(part?.changes.map(({ operation, key }) => `${operation} ${/^row [0-9a-f]{16}$/.test(key)}`).sort()).toEqual([
      'delete true',
      'insert true',
    ]);
  });

  it('replaces {x,x,y} by {z,z,y} not unseen', async () => {
    const difference = await after(`update log set t = 'changed' where t = 'twice'`);
    expect(difference.parts[0]?.totals).toEqual({ insert: 2, delete: 2, update: 0 });
  });

  it.each([
    [
      'a lost ON DELETE CASCADE',
      'alter table child drop constraint child_parent_fkey, add constraint child_parent_fkey foreign key (parent) references parent',
      'update constraint child_parent_fkey on public.child',
    ],
    ['a trigger left off', 'alter table parent disable trigger stamp', 'update trigger stamp on public.parent'],
    [
      'foreign keys left unenforced',
      'alter table child disable trigger all',
      'update constraint child_parent_fkey on public.child',
    ],
    ['a grant', 'revoke select on parent from clerk', 'update privileges relation public.parent'],
    ['a column grant', 'grant update (v) on parent to clerk', 'insert privileges column public.parent.v'],
    ['a default', "alter table parent alter v set default 'other'", 'update column public.parent.v'],
    [
      'an index that is not valid',
      "update pg_index set indisvalid = false where indexrelid = 'parent_v'::regclass",
      'update index public.parent_v',
    ],
    ['a dropped index', 'drop index parent_v', 'delete index public.parent_v'],
    ['a comment', "comment on column parent.v is 'changed'", 'update comment table column public.parent.v'],
    [
      'a view',
      'create or replace view v_parent as select id, v from parent where id > 2',
      'update view public.v_parent',
    ],
    [
      'a function',
      "create or replace function stamp_row() returns trigger language plpgsql as 'begin return old; end'",
      'update function public.stamp_row()',
    ],
    ['a policy', 'drop policy only_mine on guarded', 'delete policy only_mine on public.guarded'],
    ['an enum label', "alter type mood add value 'blue'", 'update enum public.mood'],
    [
      'a domain rule',
      'alter domain positive drop constraint positive_check',
      'delete constraint positive_check on public.positive',
    ],
    ['a role attribute', 'alter role clerk createdb', 'update role clerk'],
    [
      'default privileges',
      'alter default privileges in schema public grant select on tables to clerk',
      'insert default privileges tester in public for relations',
    ],
    [
      'a constraint that is not validated',
      'alter table child add constraint late check (id > 0) not valid',
      'insert constraint late on public.child',
    ],
    [
      'a sequence that counts otherwise',
      'alter sequence parent_id_seq increment 5',
      'update sequence public.parent_id_seq',
    ],
    ['a publication', 'alter publication feed drop table parent', 'update publication feed'],
    ['storage options', 'alter table parent set (fillfactor = 70)', 'update table public.parent'],
    ['a rule', 'create rule quiet as on delete to parent do instead nothing', 'insert rule quiet on public.parent'],
    ['an owner', 'alter table parent owner to clerk', 'update privileges relation public.parent'],
  ])('sees and names %s', async (_, change, object) => {
    try {
      const difference = await after(change);
      expect(objects(difference)).toContain(object);
      expect(difference.parts).toEqual([]);
      expect(verdictOf(difference)).toBe('different');
    } finally {
      await server.sql('postgres', 'alter role clerk nocreatedb');
    }
  });

  it('tells a sequence that is behind from one that is ahead', async () => {
    const behind = await after("select setval('parent_id_seq', 2)");
    expect(behind.counters).toEqual([{ name: 'public.parent_id_seq', before: '6', after: '3', direction: 'behind' }]);
    const ahead = await after("select nextval('parent_id_seq')");
    expect(ahead.counters).toMatchObject([{ direction: 'ahead' }]);
    expect(verdictOf(ahead)).toBe('equal');
    const fresh = await after("select setval('parent_id_seq', 6, false)");
    expect(fresh.counters).toEqual([]);
    const down = await after("select nextval('down')");
    expect(down.counters).toMatchObject([{ name: 'public.down', direction: 'ahead' }]);
  });

  it('sees a changed large object', async () => {
    const difference = await after("select lo_put(4242, 1, 'X')");
    expect(listed(difference)).toEqual(['large objects update id=4242 content']);
  });

  it('lists a leftover table and a lost one', async () => {
    const difference = await after('create table crm_v2_settings as select 1 as x; drop table log');
    expect(difference.parts.map(({ part, before, after: later, totals }) => ({ part, before, later, totals }))).toEqual(
      [
        { part: 'public.log', before: 4, later: null, totals: { insert: 0, delete: 4, update: 0 } },
        { part: 'public.crm_v2_settings', before: null, later: 1, totals: { insert: 1, delete: 0, update: 0 } },
      ],
    );
  });

  it('names an added column in every row, and a changed type only once', async () => {
    const added = await after('alter table by_uuid add extra int');
    expect(added.parts[0]).toMatchObject({ totals: { update: 20 }, columns: { extra: 20 } });
    const widened = await after('alter table child alter parent type bigint');
    expect(widened.parts[0]?.totals).toEqual({ insert: 0, delete: 0, update: 0 });
    expect(objects(widened)).toContain('update column public.child.parent');
  });

  it('hands values to the sink only', async () => {
    const current = await server.create('valued', { template: 'origin' });
    await server.sql('valued', "update cells set t = 'secret value' where id = 3");
    const difference = compareManifests(baseline, await readPostgres(current, { name: 'crm', like: baseline }));
    const rows: unknown[] = [];
    const explained = await explainPostgres(difference, { current, witness }, (row) => rows.push(row));
    expect(rows).toMatchObject([
      { part: 'public.cells', key: 'id=3', before: { t: null }, after: { t: 'secret value' } },
    ]);
    expect(JSON.stringify(explained)).not.toContain('secret value');
  });

  it('locates changed keys in a large table from sums, and drills down to the same rows', async () => {
    const change = `update big set v = 'x' where id in (-70, 7, 10007); delete from big where id = 5000; insert into big values (40001, 'new')`;
    const current = await server.create('located', { template: 'origin' });
    await server.sql('located', change);
    const difference = compareManifests(baseline, await readPostgres(current, { name: 'crm', like: baseline }));
    const located = listed(difference).toSorted();
    const expected = [
      'public.big delete id=5000',
      'public.big insert id=40001',
      'public.big update id=-70 v',
      'public.big update id=10007 v',
      'public.big update id=7 v',
    ];
    expect(located).toEqual(expected.map((line) => line.replace(/ v$/, '')));
    expect(difference.parts[0]?.buckets.different).toBe(5);
    const explained = await explainPostgres(difference, { current, witness }, () => undefined);
    expect(listed(explained).toSorted()).toEqual(expected);
    expect(explained.parts[0]?.totals).toEqual({ insert: 1, delete: 1, update: 3 });
  });

  it('does not depend on physical order or on the settings of the database', async () => {
    const difference =
      await after(`alter database case_${count + 1} set timezone = 'Asia/Tokyo'; alter database case_${count + 1} set datestyle = 'German';
      alter database case_${count + 1} set intervalstyle = 'iso_8601'; alter database case_${count + 1} set extra_float_digits = -10;
      update big set v = v where id % 3 = 0; cluster big using big_pkey; alter database case_${count + 1} set bytea_output = 'escape'`);
    expect(difference.parts).toEqual([]);
    expect(objects(difference)).toContain('insert setting TimeZone of this database');
  });

  it('reads partitions leaf by leaf and inheritance children apart', async () => {
    expect(baseline.parts.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['public.events_2025', 'public.events_2026', 'public.heir', 'public.elder']),
    );
    expect(baseline.parts.find(({ name }) => name === 'public.elder')?.rows).toBe(1);
    const difference = await after("update events set v = 'changed' where at = '2026-05-01'");
    expect(difference.parts.map(({ part }) => part)).toEqual(['public.events_2026']);
  });

  it('gives the same sums over two connections and many slices', async () => {
    const sliced = await readPostgres(witness, {
      name: 'crm',
      like: baseline,
      slicing: { fromBytes: 0, sliceBytes: 64 * 1024 },
    });
    expect(sliced.parts).toEqual(baseline.parts);
  });

  it('marks what is empty by definition after a restore', () => {
    const volatile = baseline.parts.filter((part) => part.volatile).map(({ name }) => name);
    expect(volatile).toEqual(['public.not_filled', 'public.scratch']);
  });

  it('finds tables without statistics', async () => {
    expect(await missingStatistics(witness)).toContain('public.cells');
    await server.create('analysed', { template: 'origin' });
    await server.sql('analysed', 'analyze');
    expect(await missingStatistics(server.address('analysed'))).toEqual([]);
  });

  it('lists what it may not read and refuses hidden rows', async () => {
    await server.create('limited', { template: 'origin' });
    const reader = { ...server.address('limited'), user: 'reader' };
    await server.sql(
      'limited',
      'grant select on all tables in schema public to reader; revoke select on guarded, log from reader',
    );
    const manifest = await readPostgres(reader, { name: 'crm' });
    expect(manifest.unread.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        'public.log',
        'public.guarded',
        'large objects',
        'passwords of roles',
        'public.parent_id_seq',
      ]),
    );
    expect(manifest.parts.map(({ name }) => name)).not.toContain('public.log');
    await server.sql('limited', 'grant select on guarded to reader');
    await expect(readPostgres(reader, { name: 'crm' })).rejects.toMatchObject({
      code: 'could-not-read',
      message: expect.stringContaining('row security'),
    });
  });

  it('ends when it is called off', async () => {
    const control = new AbortController();
    const reading = readPostgres(witness, { name: 'crm', signal: control.signal, onProgress: () => control.abort() });
    await expect(reading).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('changes nothing and leaks no OIDs into definitions', async () => {
    const [row] = await server.sql('witness', "select oid from pg_class where relname = 'cells'");
    expect(JSON.stringify(baseline.objects)).not.toContain(row?.['oid']);
  });
});
