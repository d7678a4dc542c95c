import { test } from 'vitest';
import { rehearse } from '../support/rehearse.ts';
import { isSqlStore } from '../../src/subject/store.ts';
test('x', async () => {
  const { events, record } = await rehearse({ scenario: 'clean-return', until: 'go-live.final-backup', adapt: (p) => ({ ...p, makeStore: async (r) => {
    const store = await p.makeStore(r);
    if (isSqlStore(store)) { const own = store.backup.bind(store); store.backup = async (...a) => {
      for (const q of ["select id, phone, email, position, name, account_id from contacts order by id limit 6", "select id, revenue, latitude from accounts order by id limit 5", "select id, body, minutes from activities order by id limit 8", "select * from permissions where resource in ('notes','contacts') order by 1,2,3", "select relname, n_live_tup from pg_stat_user_tables", "select name, armed, next_run, last_run from jobs", "select * from outbox limit 2", "select count(*), min(id) from deals"]) console.log(JSON.stringify(await store.query(q)));
      return own(...a); }; }
    return store; } }) });
  for (const e of events) { if (e.kind === 'noted' && ['drift','self-change'].includes(e.topic)) console.log(JSON.stringify(e.facts));  if (e.kind === 'node-ended' && e.outcome.kind !== 'succeeded') console.log(e.node, JSON.stringify(e.outcome)); }
  console.log(JSON.stringify(record.claims, null, 1), record.verdict);
}, 100000);
