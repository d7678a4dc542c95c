/**
 * A program of its own, run inside an environment: a job that somebody forgot. It logs in under the role it was given and
 * writes one row again and again, each column the value that it has: seen as a write, and nothing is different afterwards.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../../kernel/errors.ts';
import { connect, type Connection } from '../connection.ts';
import { NOT_OURS, USER_SCHEMA } from '../tables.ts';
import { HIDDEN_JOB } from './hidden-job.ts';

const [url = '', everyMs = '500'] = process.argv.slice(2);

/** Columns that this role may update, those of tables without triggers first: a trigger of the program would do more. */
const PLACES = `
  select distinct on (triggers, part) part, column_name from (
    select format('%I.%I', n.nspname, c.relname) as part, quote_ident(a.attname) as column_name, a.attnum,
      (select count(*) from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal and ${NOT_OURS}) as triggers
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relkind = 'r' and ${USER_SCHEMA} and a.attgenerated = '' and a.attidentity <> 'a'
      and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
      and has_column_privilege(c.oid, a.attnum, 'update')
  ) x order by triggers, part, attnum`;

async function write(connection: Connection): Promise<void> {
  for (const { part, column_name: column } of await connection.query(PLACES)) {
    const written = await connection.query(
      `update ${part} set ${column} = ${column} where ctid = (select ctid from ${part} limit 1) returning 1`,
    );
    if (written.length > 0) return;
  }
}

for (;;) {
  try {
    const connection = await connect(url, { applicationName: HIDDEN_JOB });
    try {
      await write(connection);
    } finally {
      await connection.close();
    }
  } catch (error) {
    console.error(messageOf(error)); // the server may be away for a while; a forgotten job tries again
  }
  await delay(Number(everyMs));
}
