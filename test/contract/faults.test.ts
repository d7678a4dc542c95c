import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, withConnection } from '../../src/adapters/postgres/connection.ts';
import { postgresInjector } from '../../src/adapters/postgres/faults/injector.ts';
import type { FaultStore } from '../../src/adapters/postgres/faults/read-shape.ts';
import { explainPostgres } from '../../src/adapters/postgres/explain.ts';
import { readPostgres } from '../../src/adapters/postgres/reading.ts';
import { injectNextOfClass } from '../../src/fault/classes.ts';
import type { Injection, InjectionRequest, Truth } from '../../src/fault/injector.ts';
import { provePresence } from '../../src/fault/presence.ts';
import { remainingDamage } from '../../src/fault/remaining.ts';
import { compareManifests } from '../../src/subject/compare.ts';
import { startPostgres, type TestAddress, type TestServer } from '../support/postgres.ts';

const run = promisify(execFile);
const FIXTURES = path.join(import.meta.dirname, 'fixtures');
const SHARED = path.resolve(import.meta.dirname, '../../../shared/data');
const ROW_FAULTS = ['DC-01', 'DC-02', 'DC-03', 'DC-04', 'DC-07', 'DC-08', 'DC-13', 'DC-16', 'DC-21'] as const;

let server: TestServer;

beforeAll(async () => {
  server = await startPostgres();
  for (const name of ['crm', 'hostile']) {
    await server.create(name);
    await server.sql(name, await readFile(path.join(FIXTURES, `faults-${name}.sql`), 'utf8'));
  }
});

afterAll(() => server?.stop());

type Rows = readonly Readonly<Record<string, string | null>>[];

interface Bench {
  readonly store: FaultStore;
  readonly address: TestAddress;
  sql(text: string): Promise<Rows>;
}

let copies = 0;

/** A fresh copy of a database, with the store that injectors see; nothing of one case reaches the next. */
async function withCopy<T>(template: string, use: (bench: Bench) => Promise<T>): Promise<T> {
  copies += 1;
  const database = `copy_${copies}`;
  const address = await server.create(database, { template });
  const connection = await connect(address);
  try {
    return await use({ address, store: storeOf(address), sql: (text) => connection.query(text) });
  } finally {
    await connection.close();
    await server.drop(database);
  }
}

/** As stores do: every query on a connection of its own, so nothing can lean on the one before. */
function storeOf(address: TestAddress): FaultStore {
  return {
    name: 'db',
    query: (sql, { parameters = [], readOnly = false } = {}) =>
      withConnection(address, async (connection) => {
        if (readOnly) await connection.query('begin read only');
        return connection.query(sql, parameters);
      }),
  };
}

function truthOf(injection: Injection): Truth {
  if (!injection.applicable) throw new Error(`not applicable: ${injection.why}`);
  return injection.truth;
}

/** Every row of every ordinary table by table and key, read without any of the injector's code. */
async function contents(
  sql: Bench['sql'],
): Promise<ReadonlyMap<string, ReadonlyMap<string, Readonly<Record<string, unknown>>>>> {
  const tables = await sql(`select format('%I.%I', n.nspname, c.relname) as name,
      (select json_agg(a.attname order by array_position(i.indkey::int2[], a.attnum)) from pg_index i join pg_attribute a
        on a.attrelid = c.oid and a.attnum = any (i.indkey) where i.indrelid = c.oid and i.indisprimary) as key
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema)'`);
  const all = new Map<string, Map<string, Readonly<Record<string, unknown>>>>();
  for (const table of tables) all.set(table['name'] ?? '', await rowsOf(sql, table));
  return all;
}

async function rowsOf(sql: Bench['sql'], table: Rows[number]): Promise<Map<string, Readonly<Record<string, unknown>>>> {
  const key = table['key'] === null || table['key'] === undefined ? null : (JSON.parse(table['key']) as string[]);
  const rows =
    await sql(`select to_jsonb(t)::text as row, md5(t::text) as content, ${key === null ? "''" : key.map(keyText).join(" || ', ' || ")} as key
    from only ${table['name']} t`);
  const found = new Map<string, Readonly<Record<string, unknown>>>();
  for (const row of rows) {
    const name = key === null ? `row ${row['content']}` : (row['key'] ?? '');
    const earlier = found.get(name);
    found.set(name, { ...(JSON.parse(row['row'] ?? '{}') as object), times: Number(earlier?.['times'] ?? 0) + 1 });
  }
  return found;
}

/** Text of a padded column, blanks included, and of everything else. */
function keyText(name: string): string {
  return `'${name}=' || case pg_typeof("${name}") when 'character'::regtype then to_jsonb(t) ->> '${name}' else "${name}"::text end`;
}

interface Seen {
  readonly table: string;
  readonly key: string;
  readonly before: Readonly<Record<string, unknown>> | undefined;
  readonly after: Readonly<Record<string, unknown>> | undefined;
}

async function watched(
  bench: Bench,
  request: InjectionRequest,
): Promise<{ readonly injection: Injection; readonly seen: readonly Seen[] }> {
  const before = await contents(bench.sql);
  const injection = await postgresInjector(bench.store).inject(request);
  const after = await contents(bench.sql);
  const seen = [...new Set([...before.keys(), ...after.keys()])].flatMap((table) => {
    const [old, now] = [before.get(table), after.get(table)];
    return [...new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])]
      .map((key) => ({ table, key, before: old?.get(key), after: now?.get(key) }))
      .filter((row) => JSON.stringify(row.before) !== JSON.stringify(row.after));
  });
  return { injection, seen };
}

function changedColumns(seen: Seen): readonly string[] {
  return Object.keys(seen.before ?? {}).filter(
    (name) => JSON.stringify(seen.before?.[name]) !== JSON.stringify(seen.after?.[name]),
  );
}

/** What the id promises, said about one row that changed. */
const PROMISES: Readonly<
  Record<(typeof ROW_FAULTS)[number], (row: Seen, truth: Truth, bench: Bench) => Promise<void> | void>
> = {
  'DC-01': (row) => expect(row.after).toBeUndefined(),
  'DC-02': (row) => expect(row.before).toBeUndefined(),
  'DC-03': (row, truth) => expect(row.after?.[truth.columns[0] ?? '']).not.toBe(row.before?.[truth.columns[0] ?? '']),
  'DC-04': (row, truth) => expect(row.after?.[truth.columns[0] ?? '']).not.toBe(row.before?.[truth.columns[0] ?? '']),
  'DC-07': (row, truth) => {
    const [left, right] = truth.columns;
    expect(row.after?.[left ?? '']).toBe(row.before?.[right ?? '']);
    expect(row.after?.[right ?? '']).toBe(row.before?.[left ?? '']);
  },
  'DC-08': (row, truth) => {
    const [old, now] = [row.before, row.after].map((side) => String(side?.[truth.columns[0] ?? '']));
    expect(now?.length).toBeLessThan(old?.length ?? 0);
    expect(old?.startsWith(now ?? '?')).toBe(true);
  },
  'DC-13': (row, truth) => {
    const [old, now] = [row.before, row.after].map((side) =>
      Date.parse(`${String(side?.[truth.columns[0] ?? '']).slice(0, 10)}T00:00:00Z`),
    );
    expect((old ?? 0) - (now ?? 0)).toBe(86_400_000);
  },
  'DC-16': (row, truth) => {
    const [old, now] = [row.before, row.after].map((side) =>
      Number(String(side?.[truth.columns[0] ?? '']).replaceAll(/[$,]/g, '')),
    );
    const factor = (now ?? 0) / (old ?? 1);
    expect(Math.abs(factor - 100) < 0.001 || factor < 0.01).toBe(true);
  },
  'DC-21': (row, truth) =>
    expect(row.after?.[truth.columns[0] ?? '']).toSatisfy((value) => value === null || value === 'NULL'),
};

const TEMPLATES = ['crm', 'hostile'] as const;

describe.each(TEMPLATES)('faults on %s', (template) => {
  test.each(ROW_FAULTS)('%s does what its id says, and its truth is exactly what changed', async (id) => {
    await withCopy(template, async (bench) => {
      const { injection, seen } = await watched(bench, { id, seed: 7 });
      const truth = truthOf(injection);
      expect(truth.rows).toBeGreaterThan(0);
      expect(new Set(seen.map((row) => row.table))).toEqual(new Set([truth.part]));
      if (!seen.some((row) => row.key.startsWith('row ')))
        expect(seen.map((row) => row.key).sort()).toEqual(truth.keys);
      for (const row of seen) await PROMISES[id](row, truth, bench);
      const touched = new Set(
        seen.filter((row) => row.before !== undefined && row.after !== undefined).flatMap(changedColumns),
      );
      for (const column of truth.columns) expect(touched).toContain(column);
    });
  });

  test.each(ROW_FAULTS)('%s: one seed chooses the same rows in every copy, another one others', async (id) => {
    const truthAndContent = async ({ store, sql }: Bench, seed: number) => {
      const truth = truthOf(await postgresInjector(store).inject({ id, seed, rate: 0.01 }));
      // Copies are numbered on, whichever rows were copied: only their content tells.
      const [content] = await sql(`select sum(hashtextextended(t::text, 0))::text as sum from ${truth.part} t`);
      return { truth, content: content?.['sum'] };
    };
    const first = await withCopy(template, (bench) => truthAndContent(bench, 3));
    const again = await withCopy(template, (bench) => truthAndContent(bench, 3));
    const other = await withCopy(template, (bench) => truthAndContent(bench, 4));
    expect(again).toEqual(first);
    expect([other.truth.part, other.truth.columns, other.content]).not.toEqual([
      first.truth.part,
      first.truth.columns,
      first.content,
    ]);
  });

  test('orphans are really orphans', async () => {
    await withCopy(template, async (bench) => {
      const truth = truthOf(await postgresInjector(bench.store).inject({ id: 'DC-03', seed: 1 }));
      const parent = /point to a (.+) that does not exist/.exec(truth.description)?.[1] ?? '';
      const [key] =
        await bench.sql(`select a.attname as name from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
        where i.indrelid = '${parent}'::regclass and i.indisprimary`);
      const [orphans] = await bench.sql(`select count(*) as n from ${truth.part} c
        where c."${truth.columns[0]}" is not null and not exists (select from ${parent} p where p."${key?.['name']}" = c."${truth.columns[0]}")`);
      expect(Number(orphans?.['n'])).toBe(truth.rows);
    });
  });

  test('a wrong parent leaves every count as it was', async () => {
    await withCopy(template, async (bench) => {
      const injector = postgresInjector(bench.store);
      const before = await contents(bench.sql);
      const truth = truthOf(await injector.inject({ id: 'DC-04', seed: 2, rate: 0.05 }));
      const after = await contents(bench.sql);
      const [column] = truth.columns;
      const parents = (side: typeof before): readonly string[] =>
        [...(side.get(truth.part ?? '')?.values() ?? [])].map((row) => String(row[column ?? ''])).sort();
      expect(truth.rows).toBeGreaterThan(1);
      expect(parents(after)).toEqual(parents(before));
    });
  });

  test('a sequence set back hands out an id that is taken', async () => {
    await withCopy(template, async (bench) => {
      const truth = truthOf(await postgresInjector(bench.store).inject({ id: 'DC-28', seed: 5 }));
      const [table] =
        await bench.sql(`select format('%I.%I', n.nspname, c.relname) as name, a.attname as column, nextval('${truth.object?.name}')::text as next
        from pg_depend d join pg_class c on c.oid = d.refobjid join pg_namespace n on n.oid = c.relnamespace
          join pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid
        where d.objid = '${truth.object?.name}'::regclass and d.deptype in ('a', 'i')`);
      const taken = await bench.sql(
        `select 1 from ${table?.['name']} where "${table?.['column']}" = ${table?.['next']}`,
      );
      expect(taken).toHaveLength(1);
    });
  });

  test('schema drift: the catalogue has really changed, each seed its own way', async () => {
    const CATALOGUE = `select 'c' || oid::text || pg_get_constraintdef(oid) as fact from pg_constraint
      union all select 't' || oid::text || tgenabled::text from pg_trigger union all select 'd' || oid::text from pg_attrdef order by 1`;
    const objects = new Set<string>();
    for (const seed of [1, 2, 3, 4]) {
      await withCopy(template, async (bench) => {
        const before = await bench.sql(CATALOGUE);
        const truth = truthOf(await postgresInjector(bench.store).inject({ id: 'DC-39', seed }));
        expect(await bench.sql(CATALOGUE)).not.toEqual(before);
        objects.add(truth.object?.name ?? '');
      });
    }
    expect(objects.size).toBeGreaterThan(1);
  });
});

/** Our own probe: exact readings before and after, which know nothing of injectors. */
describe.each(TEMPLATES)('readings of %s show the damage', (template) => {
  test.each([...ROW_FAULTS, 'DC-28', 'DC-39'])('%s', async (id) => {
    await withCopy(template, async ({ store, address }) => {
      await withCopy(template, async ({ address: witness }) => {
        const before = await readPostgres(address, { name: 'db' });
        const truth = truthOf(await postgresInjector(store).inject({ id, seed: 6, rate: 0.005 }));
        const after = await readPostgres(address, { name: 'db', like: before });
        const difference = compareManifests(before, after);
        expect(provePresence(truth, difference)).toMatchObject({ shown: true });
        const explained = await explainPostgres(difference, { current: address, witness }, () => undefined);
        expect(provePresence(truth, explained)).toMatchObject({ shown: true });
        const wanted = truth.object === null ? truth.keys : [truth.object.name];
        expect(remainingDamage([truth], explained)).toMatchObject([{ keys: wanted, complete: true }]);
        expect(provePresence(truth, compareManifests(before, before)).shown).toBe(false);
        expect(remainingDamage([truth], compareManifests(before, before))).toMatchObject([
          { keys: [], complete: true },
        ]);
      });
    });
  });
});

test('rows without a key are named as readings name them', async () => {
  await withCopy('hostile', async ({ store, address }) => {
    await withCopy('hostile', async ({ address: witness }) => {
      const before = await readPostgres(address, { name: 'db' });
      const truths: Truth[] = [];
      for (const [id, column] of [
        ['DC-01', undefined],
        ['DC-21', 'b c'],
      ] as const) {
        truths.push(
          truthOf(await postgresInjector(store).inject({ id, table: 'no key', column, seed: 6, rate: 0.02 })),
        );
      }
      const difference = compareManifests(before, await readPostgres(address, { name: 'db', like: before }));
      const explained = await explainPostgres(difference, { current: address, witness }, () => undefined);
      expect(remainingDamage(truths, explained).map((entry) => entry.keys)).toEqual(truths.map((truth) => truth.keys));
    });
  });
});

describe('what a plan names', () => {
  test('the table and the column are kept', async () => {
    await withCopy('crm', async ({ store }) => {
      const truth = truthOf(
        await postgresInjector(store).inject({ id: 'DC-21', table: 'accounts', column: 'city', rate: 0.1, seed: 1 }),
      );
      expect([truth.part, truth.columns, truth.rows]).toEqual(['public.accounts', ['city'], 60]);
    });
  });

  test('a partitioned table stands for its partitions', async () => {
    await withCopy('hostile', async ({ store }) => {
      const truth = truthOf(await postgresInjector(store).inject({ id: 'DC-01', table: 'payment', seed: 1 }));
      expect(truth.part).toMatch(/payment/);
      expect(truth.part).not.toBe('"Odd Schema".payment');
    });
  });

  test('the rate counts rows, at least one', async () => {
    await withCopy('crm', async ({ store }) => {
      const injector = postgresInjector(store);
      const lost = async (rate: number): Promise<number> =>
        truthOf(await injector.inject({ id: 'DC-01', table: 'public.deals', rate, seed: 1 })).rows;
      expect(await lost(0.000_01)).toBe(1);
      expect(await lost(0.5)).toBe(1000);
    });
  });

  test.each([
    [{ id: 'DC-01', table: 'nowhere' }, 'there is no table nowhere'],
    [{ id: 'DC-08', table: 'deals', column: 'nothing' }, 'there is no column nothing in deals'],
    [{ id: 'DC-13', table: 'users' }, 'it needs a plain date column (in users)'],
    [{ id: 'DC-01', table: 'open_deals' }, 'there is no table open_deals'],
  ])('%o is not applicable, with the reason', async (wanted, why) => {
    await withCopy('crm', async (bench) => {
      const { injection, seen } = await watched(bench, { ...wanted, seed: 1 });
      expect(injection).toEqual({ applicable: false, why });
      expect(seen).toEqual([]);
    });
  });

  test('a table whose statements a rule would rewrite is refused', async () => {
    await withCopy('hostile', async ({ store }) => {
      const injection = await postgresInjector(store).inject({ id: 'DC-01', table: 'ruled', seed: 1 });
      expect(injection).toMatchObject({ applicable: false, why: expect.stringContaining('rewrite rule') });
    });
  });

  test.each([
    ['enable always trigger deals_touch', ''],
    [
      'disable trigger deals_touch',
      'create trigger early before delete on deals for each statement execute function touch()',
    ],
  ])('a table with a trigger that cannot be silenced is left alone: %s', async (alter, create) => {
    await withCopy('crm', async (bench) => {
      await bench.sql(`alter table deals ${alter}; ${create}`);
      const injection = await postgresInjector(bench.store).inject({ id: 'DC-01', table: 'deals', seed: 1 });
      expect(injection).toMatchObject({
        applicable: false,
        why: expect.stringMatching(/trigger (deals_touch|early) would fire/),
      });
      expect(truthOf(await postgresInjector(bench.store).inject({ id: 'DC-01', seed: 1 })).part).not.toBe(
        'public.deals',
      );
    });
  });

  test('a value that a constraint forbids leaves everything as it was', async () => {
    await withCopy('crm', async (bench) => {
      await bench.sql("alter table deals add constraint titled check (title = 'Deal ' || id)");
      const { injection, seen } = await watched(bench, { id: 'DC-08', table: 'deals', column: 'title', seed: 1 });
      expect(injection).toMatchObject({ applicable: false, why: expect.stringContaining('a constraint forbids it') });
      expect(seen).toEqual([]);
    });
  });
});

test('a fault without a place gives way to the next of its class, and says so', async () => {
  await server.create('plain');
  await server.sql(
    'plain',
    "create table t (a text, b text); insert into t select 'a' || g, 'b' || g from generate_series(1, 100) g",
  );
  await withCopy('plain', async ({ store }) => {
    const money = await injectNextOfClass(postgresInjector(store), { id: 'DC-16', seed: 1 });
    expect(money).toMatchObject({ applicable: true, truth: { fault: 'DC-07' }, passedOver: [{ id: 'DC-16' }] });
    const counter = await injectNextOfClass(postgresInjector(store), { id: 'DC-28', seed: 1 });
    expect(counter).toMatchObject({ applicable: false, passedOver: [{ id: 'DC-28' }] });
  });
});

test('schema drift: a width that is lost changes no row and is shown by the readings', async () => {
  await withCopy('crm', async ({ store, address, sql }) => {
    const before = await readPostgres(address, { name: 'db' });
    const truth = truthOf(await postgresInjector(store).inject({ id: 'DC-39', column: 'phone', seed: 1 }));
    expect(truth).toMatchObject({ columns: ['phone'], rows: 0, description: expect.stringMatching(/varying\(30\)/) });
    const types = await sql(
      "select format_type(atttypid, atttypmod) as type from pg_attribute where attname = 'phone'",
    );
    expect(types).toContainEqual({ type: 'character varying' });
    const difference = compareManifests(before, await readPostgres(address, { name: 'db', like: before }));
    expect(difference.parts).toEqual([]);
    expect(provePresence(truth, difference)).toMatchObject({ shown: true });
    expect(remainingDamage([truth], difference)).toMatchObject([{ keys: [truth.object?.name], complete: true }]);
    expect(await postgresInjector(store).inject({ id: 'DC-39', column: 'phone', seed: 1 })).toMatchObject({
      applicable: false,
    });
  });
});

test('schema drift: a column that a view shows keeps its width', async () => {
  await withCopy('crm', async ({ store }) => {
    expect(await postgresInjector(store).inject({ id: 'DC-39', column: 'title', seed: 1 })).toMatchObject({
      applicable: false,
    });
  });
});

test('an empty store has no place for anything', async () => {
  await server.create('bare');
  await withCopy('bare', async ({ store }) => {
    for (const id of postgresInjector(store).offers) {
      expect(await postgresInjector(store).inject({ id, seed: 1 })).toEqual({
        applicable: false,
        why: 'the store has no tables',
      });
    }
  });
});

/** Other people's schemas: which faults fit is theirs to say, but what is reported must be exactly what changed. */
describe.each(['pagila', 'northwind'])('real data: %s', (name) => {
  const file = path.join(SHARED, `${name}.sql.xz`);
  const isThere = existsSync(file);
  if (!isThere) console.warn(`skipped: faults on ${name}, because ${file} is not there`);

  test.skipIf(!isThere)(
    'every fault that fits changes exactly what its truth says',
    async () => {
      const database = `real_${name.replaceAll('-', '_')}`;
      const { host, user } = await server.create(database);
      await run(
        'bash',
        ['-c', `xz -dc '${file}' | psql -q -X -h '${host}' -U '${user}' -d '${database}' > /dev/null`],
        { maxBuffer: 1e8 },
      );
      const applied: string[] = [];
      for (const id of [...ROW_FAULTS, 'DC-28', 'DC-39'] as const) {
        await withCopy(database, async (bench) => {
          const { injection, seen } = await watched(bench, { id, seed: 11 });
          if (!injection.applicable) return;
          applied.push(id);
          if (injection.truth.part === null) return;
          expect(new Set(seen.map((row) => row.table))).toEqual(new Set([injection.truth.part]));
          expect(seen.map((row) => row.key).sort()).toEqual(injection.truth.keys);
        });
      }
      expect(applied.length).toBeGreaterThanOrEqual(8);
    },
    120_000,
  );
});
