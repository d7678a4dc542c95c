import type { QueryOptions, Statement } from '../../subject/store.ts';
import type { Connection, TextRow } from './connection.ts';

/** The only, else the largest database that is not the server's own. */
export async function likelyDatabase(connection: Connection): Promise<string> {
  const rows = await connection.query(
    `select datname from pg_database where not datistemplate and datallowconn
     order by (datname = 'postgres'), pg_database_size(oid) desc, datname`,
  );
  return rows[0]?.['datname'] ?? 'postgres';
}

/** Null when the owner may not log in. */
export async function databaseOwner(connection: Connection): Promise<string | null> {
  const rows = await connection.query(
    `select r.rolname as owner from pg_database d join pg_roles r on r.oid = d.datdba
     where d.datname = current_database() and r.rolcanlogin`,
  );
  return rows[0]?.['owner'] ?? null;
}

export async function databaseBytes(connection: Connection): Promise<number> {
  const rows = await connection.query('select pg_database_size(current_database())::text as bytes');
  return Number(rows[0]?.['bytes'] ?? 0);
}

export async function countForeignSessions(connection: Connection): Promise<number> {
  const rows = await connection.query(
    `select count(*)::text as sessions from pg_stat_activity
     where datname = current_database() and backend_type = 'client backend' and application_name <> 'rollproof'`,
  );
  return Number(rows[0]?.['sessions'] ?? 0);
}

/** Runs it, looks at the counters of its own transaction, which triggers move too, and rolls back. */
export async function partsChangedBy(connection: Connection, statement: Statement): Promise<readonly string[]> {
  await connection.query('begin');
  try {
    await connection.query(statement.text, statement.parameters);
    const rows = await connection.query(
      `select format('%I.%I', schemaname, relname) as part from pg_stat_xact_user_tables
       where n_tup_ins + n_tup_upd + n_tup_del > 0 order by 1`,
    );
    return rows.flatMap((row) => row['part'] ?? []);
  } finally {
    await connection.query('rollback');
  }
}

export async function runQuery(
  connection: Connection,
  sql: string,
  options: QueryOptions,
): Promise<readonly TextRow[]> {
  const { parameters = [], readOnly = false } = options;
  if (!readOnly) return connection.query(sql, parameters);
  // Both: a text that ends the transaction still finds itself in one that only reads.
  await connection.query('set session characteristics as transaction read only; begin read only');
  const rows = await connection.query(sql, parameters);
  await connection.query('rollback');
  return rows;
}
