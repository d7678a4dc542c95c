import { type PostgresAddress, withConnection } from './connection.ts';
import { USER_SCHEMA } from './tables.ts';

const CANDIDATES = `
  select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'm') and c.relispopulated and c.relpersistence <> 't' and ${USER_SCHEMA}
    and pg_relation_size(c.oid) > 0 and has_table_privilege(c.oid, 'select')
    and exists (select from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)
    and not exists (select from pg_stats s where s.schemaname = n.nspname and s.tablename = c.relname)
  order by 1`;

/** Tables with rows that the planner knows nothing about, as restores leave them: the first day is slow until ANALYZE ran. */
export async function missingStatistics(address: PostgresAddress): Promise<readonly string[]> {
  return withConnection(address, async (connection) => {
    const missing: string[] = [];
    for (const { name } of await connection.query(CANDIDATES)) {
      const [row] = await connection.query(`select exists (select from only ${name}) as filled`);
      if (row?.['filled'] === 't' && name !== null && name !== undefined) missing.push(name);
    }
    return missing;
  });
}
