import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, type Company, type Crm, foundCompany, logIn, type Running } from '../support/northwind.ts';

type Row = Readonly<Record<string, string | null>>;
interface Item {
  readonly table: string;
  readonly operation: 'insert' | 'update' | 'delete';
  readonly key: string;
  readonly row: Row;
}

const TABLES = [
  ['users', 'users'],
  ['accounts', 'organisations'],
  ['contacts', 'people'],
  ['deals', 'opportunities'],
  ['activities', 'interactions'],
  ['documents', 'files'],
] as const;

let company: Company;

beforeAll(async () => {
  company = await foundCompany('0.05');
});
afterAll(() => company.end());

async function one(crm: Crm, sql: string): Promise<Row> {
  const [row] = await company.sql(crm, sql);
  expect(row, sql).toBeDefined();
  return row ?? {};
}

const count = async (crm: Crm, table: string) => (await one(crm, `select count(*)::text as n from ${table}`)).n;

async function loaded(what: string): Promise<string> {
  const { code, out, errors } = await company.command('N', `load ${what}`, { env: { LOAD_BATCH: '100' } });
  expect(errors).toBe('');
  expect(code).toBe(0);
  return out;
}

describe('the load', () => {
  it('maps every row, and makes nothing twice', async () => {
    await loaded('accounts');
    await loaded('all');
    for (const [legacy, table] of TABLES) {
      expect([table, await count('N', table)]).toEqual([table, await count('L', legacy)]);
      expect(await count('N', `crosswalk where new_table = '${table}' and new_id in (select id from ${table})`)).toBe(
        await count('L', legacy),
      );
    }
    expect(await loaded('all')).not.toMatch(/[1-9]\d* new in/);
    expect(await count('N', 'changes')).toBe('0');
    const money = 'group by currency order by currency';
    expect(
      await company.sql('N', `select currency, sum(amount_cents)::text as total from opportunities ${money}`),
    ).toEqual(
      await company.sql('L', `select currency, (sum(amount) * 100)::bigint::text as total from deals ${money}`),
    );
    const names = await company.sql(
      'N',
      "select w.legacy_id::text as id, btrim(p.first_name || ' ' || p.last_name) as name from people p join crosswalk w on w.new_id = p.id order by w.legacy_id",
    );
    expect(names).toEqual(
      await company.sql(
        'L',
        "select id::text, regexp_replace(name, '\\s+', ' ', 'g') as name from contacts order by contacts.id",
      ),
    );
    const {
      legacy_id,
      name,
      path: place,
    } = await one(
      'N',
      'select w.legacy_id::text, f.name, f.path from files f join crosswalk w on w.new_id = f.id order by w.legacy_id limit 1',
    );
    expect(await readFile(path.join(company.folder, 'docs-N', String(place)))).toEqual(
      await readFile(path.join(company.folder, 'docs-L', `${legacy_id}-${name}`)),
    );
  });
});

describe('the day work', () => {
  const RECORDS = {
    L: [
      ['accounts', { name: 'Ropes Ltd', city: 'Kiel', country: 'DE' }, { name: 'Ropes AG' }],
      ['contacts', { name: 'Ann Bee', account_id: 1 }, { phone: '1' }],
      ['deals', { title: 'Ropes', amount: '12.50' }, { amount: '13.00', stage: 'won' }],
      ['activities', { kind: 'call', subject: 'Hello' }, { done: true }],
    ],
    N: [
      ['organisations', { name: 'Ropes Ltd', city: 'Kiel', country: 'DE' }, { name: 'Ropes AG' }],
      ['people', { first_name: 'Ann' }, { phone: '1' }],
      ['opportunities', { title: 'Ropes', amount: '12.50' }, { amount: '13.00', stage: 'on_hold' }],
      ['interactions', { kind: 'call', subject: 'Hello' }, { done: true }],
    ],
  } as const;

  it.each(['L', 'N'] as const)('creates, finds by its mark, changes and deletes in CRM %s', async (crm) => {
    const app = await company.start(crm);
    try {
      expect((await ask(app.base, { path: '/health' })).json).toEqual({ status: 'ok', release: crm, schema: crm });
      const cookie = await logIn(app.base, 1);
      expect((await ask(app.base, { path: `/api/${RECORDS[crm][1][0]}` })).status).toBe(401);
      for (const [table, body, change] of RECORDS[crm]) {
        const mark = `day-${table}`;
        const made = await ask(app.base, { cookie, path: `/api/${table}`, body: { ...body, mark } });
        expect([table, made.status]).toEqual([table, 201]);
        const { id } = await one(crm, `select id::text from ${table} where mark = '${mark}'`);
        const place = { cookie, path: `/api/${table}/${id}` };
        expect((await ask(app.base, { ...place, method: 'PUT', body: change })).status).toBe(204);
        expect((await ask(app.base, place)).json).toMatchObject({
          ...body,
          ...change,
          ...('phone' in change && { phone: '1' }),
          mark,
        });
        expect((await ask(app.base, { ...place, method: 'DELETE' })).status).toBe(204);
        expect((await ask(app.base, place)).status).toBe(404);
      }
      const files = crm === 'L' ? 'documents' : 'files';
      const upload = await ask(app.base, { cookie, path: `/api/${files}?name=a.txt&mark=day-file`, body: 'hello' });
      expect(upload.status).toBe(201);
      const place = { cookie, path: `/api/${files}/${String(upload.json.id)}` };
      expect((await ask(app.base, place)).json).toMatchObject({ name: 'a.txt', mark: 'day-file' });
      expect((await ask(app.base, { ...place, method: 'DELETE' })).status).toBe(204);
    } finally {
      await app.stop();
    }
  });
});

describe('the way back', () => {
  let legacy: Running;
  let crosswalk: string;

  beforeAll(async () => {
    legacy = await company.start('L');
    crosswalk = path.join(company.folder, 'crosswalk.csv');
    await writeFile(crosswalk, (await company.command('N', 'crosswalk')).out);
  });
  afterAll(() => legacy.stop());

  async function carryBack(items: readonly Item[]): Promise<readonly Record<string, unknown>[]> {
    const input = items.map((item) => JSON.stringify(item)).join('\n');
    const { code, out, errors } = await company.command('reverse', '', { input, env: { CROSSWALK: crosswalk } });
    expect(errors).toBe('');
    expect(code).toBe(0);
    return out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  }

  /** The row as Rollproof captures it: all columns as texts. */
  async function item(operation: Item['operation'], table: string, where: string): Promise<Item> {
    const { row } = await one(
      'N',
      `select (select jsonb_object_agg(key, value) from jsonb_each_text(to_jsonb(t)))::text as row from ${table} t where ${where} limit 1`,
    );
    const values = JSON.parse(row ?? '{}') as Row;
    return { table, operation, key: values.id ?? '', row: values };
  }

  async function addToNew(): Promise<readonly Item[]> {
    const app = await company.start('N');
    try {
      const cookie = await logIn(app.base, 1);
      const post = async (table: string, body: object) =>
        (await ask(app.base, { cookie, path: `/api/${table}`, body: { ...body, mark: 'back' } })).json.id;
      const organisation_id = await post('organisations', { name: 'Ropes', city: 'Kiel', country: 'DE' });
      const person_id = await post('people', { first_name: 'Ann', last_name: 'Bee', organisation_id });
      await post('opportunities', { title: 'Ropes', amount: '12.50', stage: 'won', organisation_id, person_id });
      await post('interactions', { kind: 'call', subject: 'Hello', organisation_id, person_id });
      await ask(app.base, {
        cookie,
        path: `/api/files?name=a.txt&mark=back&organisation_id=${String(organisation_id)}`,
        body: 'hi',
      });
    } finally {
      await app.stop();
    }
    const tables = ['files', 'interactions', 'opportunities', 'people', 'organisations'];
    return Promise.all(tables.map((table) => item('insert', table, "mark = 'back'")));
  }

  it('carries inserts, updates and deletes back once, however often it is called', async () => {
    const inserts = await addToNew();
    const of = (table: string, id: number) =>
      `id = (select new_id from crosswalk where legacy_table = '${table}' and legacy_id = ${id})`;
    const person = await item('update', 'people', of('contacts', 7));
    const changed = { ...person, row: { ...person.row, last_name: 'Changed', phone: '42' } };
    const deal = await item('delete', 'opportunities', of('deals', 9));
    const items = [deal, changed, ...inserts];
    const before = await count('L', 'changes');
    const results = await carryBack(items);
    expect(results.map(({ outcome }) => outcome)).toEqual(items.map(() => 'replayed'));

    expect(await company.sql('L', 'select id from deals where id = 9')).toEqual([]);
    expect(await one('L', 'select phone, name from contacts where id = 7')).toEqual({
      phone: '42',
      name: `${person.row.first_name} Changed`,
    });
    const found = await one(
      'L',
      `select d.amount::text, d.stage, d.status::text, c.name, a.name as account, v.subject, f.id || '-' || f.name as file, a.imported_from::text as origin
       from accounts a join contacts c on c.account_id = a.id join deals d on d.contact_id = c.id
         join activities v on v.contact_id = c.id join documents f on f.account_id = a.id where a.mark = 'back'`,
    );
    expect(found).toMatchObject({
      amount: '12.50',
      stage: 'won',
      status: 'won',
      name: 'Ann Bee',
      account: 'Ropes',
      subject: 'Hello',
    });
    expect(found.origin).toBe(inserts.at(-1)?.key);
    expect(await readFile(path.join(company.folder, 'docs-L', String(found.file)), 'utf8')).toBe('"hi"');
    expect(await count('L', 'changes')).toBe(before);

    const rows = await Promise.all(TABLES.map(([table]) => count('L', table)));
    expect(await carryBack(items)).toEqual(results);
    expect(await Promise.all(TABLES.map(([table]) => count('L', table)))).toEqual(rows);
  });

  it('parks what the legacy CRM cannot hold or has changed, and says whom to ask', async () => {
    const of = (table: string, id: number) =>
      `id = (select new_id from crosswalk where legacy_table = '${table}' and legacy_id = ${id})`;
    const ownerOf = async (table: string, id: number) =>
      (await one('L', `select u.email from ${table} t join users u on u.id = t.owner_id where t.id = ${id}`)).email;
    const deal = await item('update', 'opportunities', of('deals', 11));
    const account = await item('update', 'organisations', of('accounts', 5));
    const person = await item('insert', 'people', of('contacts', 12));
    await company.sql('L', "update accounts set city = 'Changed meanwhile' where id = 5");
    const results = await carryBack([
      { ...deal, row: { ...deal.row, stage: 'on_hold' } },
      account,
      {
        ...person,
        key: '00000000-0000-4000-8000-000000000001',
        row: { ...person.row, organisation_id: null, owner_id: null, email: 'ann@new.example' },
      },
      { table: 'changes', operation: 'insert', key: '1', row: {} },
    ]);
    expect(results).toMatchObject(
      [
        {
          outcome: 'parked',
          legacyId: 5,
          reason: /changed here since it was copied/,
          owner: await ownerOf('accounts', 5),
        },
        { outcome: 'parked', legacyId: null, reason: /has no organisation/, owner: null },
        { outcome: 'parked', legacyId: 11, reason: /no stage "on_hold"/, owner: await ownerOf('deals', 11) },
        { outcome: 'parked', legacyId: null, reason: /nothing like changes/, owner: null },
      ].map((each) => ({ ...each, reason: expect.stringMatching(each.reason) })),
    );
    expect(await one('L', 'select city from accounts where id = 5')).toEqual({ city: 'Changed meanwhile' });
  });

  it('takes no imports without the token', async () => {
    const request = { path: '/api/import/accounts', token: 'wrong', body: { name: 'x' } };
    expect((await ask(legacy.base, request)).status).toBe(403);
    const { code, errors } = await company.command('reverse', '', {
      input: JSON.stringify({ table: 'people', operation: 'delete', key: '00000000-0000-4000-8000-000000000002' }),
      env: { CROSSWALK: crosswalk, IMPORT_TOKEN: 'wrong' },
    });
    expect(code).toBe(1);
    expect(errors).toContain('takes no imports');
  });
});
