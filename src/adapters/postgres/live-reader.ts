import { RollproofError } from '../../kernel/errors.ts';
import { connect, type Connection, describeAddress, type PostgresAddress, type TextRow } from './connection.ts';
import { runQuery } from './store-queries.ts';

/**
 * Tables and sequences that this role, or one that it may become, can change. The transaction only reads as well, but a
 * text can end a transaction; what a role may not do, the server refuses whatever is sent.
 */
const CAN_WRITE = `
  with roles as (
    select r.oid, r.rolname, r.rolsuper or r.rolcreaterole or r.rolreplication as powerful
    from pg_roles r where pg_has_role(current_user, r.oid, 'member')
  ), named as (
    select rolname from roles
    where powerful or rolname in ('pg_write_all_data', 'pg_write_server_files', 'pg_execute_server_program', 'pg_signal_backend', 'pg_maintain')
  ), relations as (
    select c.oid, c.relkind, format('%I.%I', n.nspname, c.relname) as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'f', 'S') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  )
  select pg_is_in_recovery()::text as standby, (select min(rolname) from named) as powerful,
    (select min(x.name) from relations x, roles r where case when x.relkind = 'S'
      then has_sequence_privilege(r.oid, x.oid, 'usage, update')
      else has_table_privilege(r.oid, x.oid, 'insert, update, delete, truncate')
        or has_any_column_privilege(r.oid, x.oid, 'insert, update') end) as writable`;

/** One query on a database of others. Refuses a role that can write, unless the server itself only reads. */
export async function queryLive(address: PostgresAddress, sql: string, timeoutMs: number): Promise<readonly TextRow[]> {
  const connection = await connect(address, {
    applicationName: 'rollproof watch',
    statementTimeoutMs: timeoutMs,
    connectTimeoutMs: timeoutMs,
  });
  try {
    await demandReader(connection, address);
    return await runQuery(connection, sql, { readOnly: true });
  } finally {
    await connection.close();
  }
}

async function demandReader(connection: Connection, address: PostgresAddress): Promise<void> {
  const [row] = await runQuery(connection, CAN_WRITE, { readOnly: true });
  if (row?.['standby'] === 'true') return;
  const writable = row?.['powerful'] ?? row?.['writable'];
  if (row !== undefined && (writable === null || writable === undefined)) return;
  throw new RollproofError(
    'environment-not-ready',
    `the role of ${describeAddress(address)} can write (${writable ?? 'not known'}), so the server would not refuse it`,
    { hint: 'Watch with a role that can only read: create role watcher login; grant pg_read_all_data to watcher;' },
  );
}
