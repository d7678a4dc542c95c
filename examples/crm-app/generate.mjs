import { mkdir, readFile, readdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { openStore } from './app/store.js';
import { writeDocuments } from './generator/files.js';
import { makeJobs, makePermissions, makeUsers, STAGES, USERS } from './generator/people.js';
import { fillStatements, ROWS } from './generator/rows.js';

// A Friday evening. It lies in the past, so the stored jobs are overdue on every machine.
const BASE = '2025-03-14T18:00:00Z';
const LAST_RUN = '2025-03-14T02:00:00Z';
const NEXT_RUN = '2025-03-15T02:00:00Z';
const IDENTITIES = ['users', 'accounts', 'contacts', 'deals', 'activities', 'documents', 'outbox', 'audit_log'];

/**
 * Fills an empty database with schema 10 and an empty folder with documents. The same scale and seed give the same
 * rows and bytes on every PostgreSQL from 14 on. `grow` adds in the same transaction what one example needs and the
 * other does not.
 */
export async function runGenerator({ grow = async () => undefined } = {}) {
  try {
    await generate({ ...readOptions(), grow });
  } catch (error) {
    console.error(error.message || String(error));
    process.exitCode = 1;
  }
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      database: { type: 'string' },
      docs: { type: 'string' },
      scale: { type: 'string', default: '1' },
      seed: { type: 'string', default: '7' },
      users: { type: 'string', default: String(USERS) },
      'next-run': { type: 'string', default: NEXT_RUN },
    },
  });
  const scale = Number(values.scale);
  if (!(scale > 0 && scale <= 400))
    throw new Error(`--scale must be a number above 0, at most 400, not "${values.scale}"`);
  const users = Number(values.users);
  if (!(Number.isInteger(users) && users >= USERS && users <= 100_000))
    throw new Error(`--users must be a whole number from ${USERS} to 100000, not "${values.users}"`);
  if (!values.database || !values.docs)
    throw new Error(
      'usage: node generate.mjs --database URL --docs DIR [--scale 1] [--users 40] [--seed 7] [--next-run ISO]',
    );
  return { database: values.database, docs: values.docs, scale, users, seed: values.seed, nextRun: values['next-run'] };
}

async function generate({ database, docs, scale, users, seed, nextRun, grow }) {
  const start = performance.now();
  const store = await openStore(database);
  try {
    await refuseWhatIsNotEmpty(store, docs);
    const accounts = Math.max(40, Math.round(ROWS.accounts * scale));
    const documents = await writeDocuments({ seed, scale, base: BASE, folder: docs, accounts });
    await store.transaction(async (tx) => {
      await tx.script(
        "set local timezone to 'UTC'; set local synchronous_commit to off; set local maintenance_work_mem to '256MB'",
      );
      await tx.script(await readFile(new URL('./generator/tables.sql', import.meta.url), 'utf8'));
      await fillSmallTables(tx, { seed, users, nextRun, documents });
      for (const statement of fillStatements({ seed, scale, base: BASE })) await tx.script(statement);
      await tx.script(await readFile(new URL('./generator/keys.sql', import.meta.url), 'utf8'));
      for (const table of IDENTITIES)
        await tx.rows(`select setval(pg_get_serial_sequence('${table}', 'id'), (select max(id) from ${table}))`);
      await grow(tx);
    });
    await store.script('analyze');
  } finally {
    await store.close();
  }
  console.log(`scale ${scale}, seed ${seed}: done in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

async function refuseWhatIsNotEmpty(store, docs) {
  const { n } = await store.first("select count(*) as n from information_schema.tables where table_schema = 'public'");
  if (n > 0) throw new Error(`the database is not empty: it has ${n} tables`);
  await mkdir(docs, { recursive: true });
  if ((await readdir(docs)).length > 0) throw new Error(`the folder ${docs} is not empty`);
}

async function fillSmallTables(tx, { seed, users, nextRun, documents }) {
  const lastLogin = (user) =>
    user.id % 9 === 0 ? null : new Date(Date.parse(BASE) - user.id * 3_700_000).toISOString();
  const outbox = Array.from({ length: 20 }, (_, index) => ({
    id: index + 1,
    recipient: `user${3 + (index % 6)}@harbour.example`,
    subject: 'Your week at Harbour',
    body: 'Your open deals are waiting.',
    created_at: new Date(Date.parse(BASE) - (20 - index) * 86_400_000).toISOString(),
    sent_at: index < 18 ? new Date(Date.parse(BASE) - (20 - index) * 86_400_000 + 5000).toISOString() : null,
  }));
  await insertAll(tx, 'meta', [
    { key: 'schema', value: '10' },
    { key: 'company', value: 'Harbour Trading 🚢' },
  ]);
  await insertAll(
    tx,
    'users',
    makeUsers(seed, users).map((user) => ({ ...user, last_login: lastLogin(user) })),
  );
  await insertAll(tx, 'permissions', makePermissions());
  await insertAll(tx, 'stages', STAGES);
  await insertAll(tx, 'jobs', makeJobs({ nextRun, lastRun: LAST_RUN }));
  await insertAll(tx, 'outbox', outbox);
  await insertAll(tx, 'documents', documents);
}

/** All rows in one statement; the table itself says what types the columns have. */
async function insertAll(tx, table, rows) {
  const columns = Object.keys(rows[0]).join(', ');
  await tx.change(
    `insert into ${table} (${columns}) select ${columns} from jsonb_populate_recordset(null::${table}, ?::jsonb)`,
    [JSON.stringify(rows)],
  );
}
