import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ask, type Company, type Crm, foundCompany, logIn, type Running } from '../support/northwind.ts';

const PATIENCE = { timeout: 20_000, interval: 50 };

interface Words {
  readonly crm: Crm;
  readonly push: string;
  readonly webhook: string;
  readonly nightly: string;
  readonly person: { readonly table: string; readonly body: object };
  readonly deal: { readonly table: string; readonly body: object };
  readonly visits: string;
}

const LEGACY: Words = {
  crm: 'L',
  push: 'push-legacy',
  webhook: 'webhook-legacy',
  nightly: 'nightly-legacy',
  person: { table: 'contacts', body: { name: 'Ann Bee', account_id: 1 } },
  deal: { table: 'deals', body: { title: 'Ropes', amount: '99.50', stage: 'won' } },
  visits: 'activities',
};
const NEW: Words = {
  crm: 'N',
  push: 'push',
  webhook: 'webhook',
  nightly: 'nightly',
  person: { table: 'people', body: { first_name: 'Ann', last_name: 'Bee' } },
  deal: { table: 'opportunities', body: { title: 'Ropes', amount: '99.50', stage: 'won' } },
  visits: 'interactions',
};

let company: Company;
let partner: Running;

beforeAll(async () => {
  company = await foundCompany('0.02');
  expect((await company.command('N', 'load all')).errors).toBe('');
  partner = await company.start('partner');
});
afterAll(() => company.end());

const statsOf = async (flow: string) => (await ask(partner.base, { path: `/flows/${flow}/stats` })).json;

async function flow(crm: Crm, words: string): Promise<string> {
  const { code, out, errors } = await company.command(crm, `flow ${words}`);
  expect(errors).toBe('');
  expect(code).toBe(0);
  return out.trim();
}

const statusOf = async (crm: Crm, name: string): Promise<Record<string, unknown>> =>
  JSON.parse(await flow(crm, `${name} status`));

async function create(app: Running, record: { table: string; body: object }, mark: string): Promise<void> {
  const cookie = await logIn(app.base, 1);
  const reply = await ask(app.base, { cookie, path: `/api/${record.table}`, body: { ...record.body, mark } });
  expect(reply).toMatchObject({ status: 201 });
}

const sequenceOf = async (crm: Crm, { table }: { table: string }, mark: string): Promise<number> => {
  const [row] = await company.sql(
    crm,
    `select max(sequence) as n from changes where table_name = '${table}' and key = (select id::text from ${table} where mark = '${mark}')`,
  );
  return Number(row?.n);
};

describe.each([LEGACY, NEW])('the flows of CRM $crm', (words) => {
  const { crm, push, webhook, nightly, person, deal, visits } = words;

  it('pushes what was changed, once, and nothing after it was stopped', async () => {
    const app = await company.start(crm);
    try {
      await flow(crm, `${push} start`);
      await create(app, person, 'push-1');
      const first = await sequenceOf(crm, person, 'push-1');
      await vi.waitFor(async () => expect(await statsOf(push)).toMatchObject({ watermark: first }), PATIENCE);
      const canary = await flow(crm, `${push} canary`);
      expect((await ask(partner.base, { path: `/flows/${push}/messages/${canary}` })).json).toMatchObject({ count: 1 });
      await vi.waitFor(
        async () =>
          expect(await statusOf(crm, push)).toMatchObject({
            armed: true,
            credential: true,
            cursor: first,
            inFlight: 0,
          }),
        PATIENCE,
      );

      expect(await flow(crm, `${push} stop`)).toBe(String(first));
      expect(await statusOf(crm, push)).toMatchObject({ armed: false, credential: false, cursor: first, inFlight: 0 });
      const body = [{ messageId: 'x', seq: 1 }];
      expect((await ask(partner.base, { path: `/flows/${push}/messages`, token: 'x', body })).status).toBe(401);
      await create(app, person, 'push-2');
      expect(await company.command(crm, `flow ${push} canary`)).toMatchObject({
        code: 1,
        errors: `${push} is stopped\n`,
      });
      expect(await statsOf(push)).toMatchObject({ watermark: first, duplicates: 0, credential: false });

      await flow(crm, `${push} start`);
      const second = await sequenceOf(crm, person, 'push-2');
      await vi.waitFor(async () => expect(await statsOf(push)).toMatchObject({ watermark: second }), PATIENCE);
      await flow(crm, `${push} stop`);
    } finally {
      await app.stop();
    }
  });

  it('takes forms in, makes nothing of a second delivery, and refuses after the stop', async () => {
    const app = await company.start(crm);
    const count = async () => (await company.sql(crm, `select count(*)::text as n from ${visits}`))[0]?.n;
    try {
      await flow(crm, `${webhook} start`);
      await vi.waitFor(async () => expect(Number((await statsOf(webhook)).acknowledged)).toBeGreaterThan(0), PATIENCE);
      const [row] = await company.sql(crm, `select token from flows where name = '${webhook}'`);
      await ask(partner.base, { path: `/flows/${webhook}/disarm`, method: 'POST' });
      const form = { messageId: `twice-${crm}`, seq: 0, email: 'a@b.example', name: 'Ada New', text: 'hello' };
      const before = Number(await count());
      for (let time = 0; time < 2; time += 1)
        expect((await ask(partner.base, { path: `/flows/${webhook}/send`, body: form })).json.status).toBeLessThan(300);
      expect(Number(await count())).toBe(before + 1);
      expect(await flow(crm, `${webhook} canary`)).toMatch(/^canary-/);
      expect(Number(await count())).toBe(before + 1);

      const stats = await statsOf(webhook);
      expect(await flow(crm, `${webhook} stop`)).toBe(String(stats.watermark));
      expect(await statusOf(crm, webhook)).toMatchObject({ armed: false, credential: false, inFlight: 0 });
      const late = { token: row?.token ?? '', path: `/hooks/${webhook}`, body: { messageId: 'late', seq: 99 } };
      expect((await ask(app.base, late)).status).toBe(401);
      expect(await statsOf(webhook)).toMatchObject({ sent: stats.sent, armed: false });

      await flow(crm, `${push} start`);
      await flow(crm, `${push} once`);
      expect(
        await company.sql(
          crm,
          `select state from flow_queue where flow = '${push}' and payload ->> 'email' = 'a@b.example'`,
        ),
      ).toEqual([{ state: 'skipped' }]);
      await flow(crm, `${push} stop`);
    } finally {
      await app.stop();
    }
  });

  it('writes files that are read once, and may write none after the stop', async () => {
    const app = await company.start(crm);
    const drop = path.join(company.folder, 'drop');
    try {
      await flow(crm, `${nightly} start`);
      await create(app, deal, 'nightly-1');
      const sequence = await sequenceOf(crm, deal, 'nightly-1');
      await flow(crm, `${nightly} once`);
      await vi.waitFor(
        async () => expect(await statsOf(nightly)).toMatchObject({ watermark: sequence, duplicates: 0 }),
        PATIENCE,
      );
      expect(await flow(crm, `${nightly} canary`)).toMatch(/^canary-/);
      await vi.waitFor(
        async () => expect((await readdir(drop)).filter((name) => name.startsWith(`${nightly}-`))).toEqual([]),
        PATIENCE,
      );
      expect((await readdir(path.join(drop, 'done'))).some((name) => name.startsWith(`${nightly}-`))).toBe(true);
      expect(await flow(crm, `${nightly} stop`)).toBe(String(sequence));
      expect(await statusOf(crm, nightly)).toMatchObject({ armed: false, credential: false, inFlight: 0, sent: 2 });
      expect((await company.command(crm, `flow ${nightly} once`)).code).toBe(1);
    } finally {
      await app.stop();
    }
  });

  it('leaves an order without lines when it is killed in the middle, and completes it later', async () => {
    await company.sql(crm, 'delete from order_lines; delete from orders');
    const orders = () =>
      company.sql(
        crm,
        'select count(distinct number)::text as orders, count(l.order_number)::text as lines from orders o left join order_lines l on l.order_number = o.number',
      );
    const app = await company.start(crm, { ORDER_DELAY_MS: '600000' });
    await flow(crm, `${push} start`);
    await create(app, deal, 'half');
    await vi.waitFor(async () => expect(await orders()).toEqual([{ orders: '1', lines: '0' }]), PATIENCE);
    await app.kill();
    expect(await orders()).toEqual([{ orders: '1', lines: '0' }]);
    await vi.waitFor(() => flow(crm, `${push} once`), PATIENCE);
    const [row] = await orders();
    expect(row?.lines).toBe(row?.orders);
    await flow(crm, `${push} stop`);
  });
});

describe('the partner', () => {
  it('knows after its end what it knew before, and keeps what it is told', async () => {
    const before = await Promise.all(['push', 'push-legacy', 'webhook', 'nightly'].map(statsOf));
    expect(Number(before[0]?.received)).toBeGreaterThan(0);
    expect((await ask(partner.base, { path: '/notices', body: { text: 'we went back' } })).status).toBe(201);
    await partner.kill();
    partner = await company.start('partner');
    expect(await Promise.all(['push', 'push-legacy', 'webhook', 'nightly'].map(statsOf))).toEqual(before);
    expect((await ask(partner.base, { path: '/notices' })).json.items).toMatchObject([{ text: 'we went back' }]);
  });
});
