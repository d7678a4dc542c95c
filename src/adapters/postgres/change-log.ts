import { invariant } from '../../kernel/errors.ts';
import type { ChangeLog, LoggedChange } from '../../subject/change-log.ts';
import type { Connection, TextRow } from './connection.ts';
import { listTables, OWN_SCHEMA, type TableShape } from './tables.ts';

type InDatabase = <T>(use: (connection: Connection) => Promise<T>) => Promise<T>;

/**
 * Triggers, because nothing else in the server says who made a change: the write-ahead log knows no roles, and the
 * statement log no rows. ENABLE ALWAYS: a session in replica mode, as restores and some tools use it, is seen too.
 */
const LOG = `
  create schema ${OWN_SCHEMA};
  revoke all on schema ${OWN_SCHEMA} from public;
  create table ${OWN_SCHEMA}.changes (
    position bigint generated always as identity primary key, at timestamptz not null default clock_timestamp(),
    role text not null, application text not null, part text not null, operation text not null, key text);
  create function ${OWN_SCHEMA}.note() returns trigger language plpgsql security definer set search_path = pg_catalog as $body$
  declare
    columns text[] := coalesce(tg_argv[0]::text[], '{}');
    changed jsonb := case tg_op when 'DELETE' then to_jsonb(old) when 'TRUNCATE' then null else to_jsonb(new) end;
  begin
    insert into ${OWN_SCHEMA}.changes (role, application, part, operation, key)
    values (session_user, current_setting('application_name'), format('%I.%I', tg_table_schema, tg_table_name), lower(tg_op),
      (select string_agg(name || '=' || coalesce(changed ->> name, ''), ', ' order by place)
        from unnest(columns) with ordinality as k(name, place)));
    return null;
  end $body$;
  revoke all on function ${OWN_SCHEMA}.note() from public`;

export async function watchChanges(inDatabase: InDatabase): Promise<ChangeLog> {
  await inDatabase(async (connection) => {
    await connection.query(`drop schema if exists ${OWN_SCHEMA} cascade`);
    const { tables } = await listTables(connection);
    const watched = tables.filter((table) => table.kind === 'table');
    await connection.query([LOG, ...watched.flatMap(triggersOn)].join(';\n'));
  });
  return {
    position: () => inDatabase(async (connection) => positionFrom(await connection.query(POSITION))),
    positionIn: async (copy) => positionFrom(await copy.query(POSITION, { readOnly: true })),
    changes: (since) => inDatabase((connection) => changesOf(connection, since)),
    close: () =>
      inDatabase(async (connection) => void (await connection.query(`drop schema if exists ${OWN_SCHEMA} cascade`))),
  };
}

function triggersOn({ name, key }: TableShape): readonly string[] {
  const columns = `{${(key ?? []).map((column) => `"${column.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`;
  const call = `execute function ${OWN_SCHEMA}.note('${columns.replaceAll("'", "''")}')`;
  return [
    `create trigger ${OWN_SCHEMA} after insert or update or delete on ${name} for each row ${call}`,
    `alter table ${name} enable always trigger ${OWN_SCHEMA}`,
    `create trigger ${OWN_SCHEMA}_all after truncate on ${name} for each statement ${call}`,
    `alter table ${name} enable always trigger ${OWN_SCHEMA}_all`,
  ];
}

const POSITION = `select coalesce(max(position), 0) as position from ${OWN_SCHEMA}.changes`;

function positionFrom([row]: readonly TextRow[]): number {
  return Number(row?.['position'] ?? 0);
}

async function changesOf(connection: Connection, since: number): Promise<readonly LoggedChange[]> {
  const rows = await connection.query(
    `select position, (extract(epoch from at) * 1000)::bigint as at, role, application, part, operation, key
     from ${OWN_SCHEMA}.changes where position > $1::bigint order by position`,
    [since],
  );
  return rows.map(changeOf);
}

function changeOf(row: TextRow): LoggedChange {
  const operation = row['operation'];
  invariant(
    operation === 'insert' || operation === 'update' || operation === 'delete' || operation === 'truncate',
    `the change log holds an operation ${operation ?? 'NULL'}`,
  );
  const key = row['key'] ?? '';
  return {
    position: Number(row['position']),
    atMs: Number(row['at']),
    role: row['role'] ?? '',
    application: row['application'] ?? '',
    part: row['part'] ?? '',
    operation,
    key: operation === 'truncate' || key === '' ? null : key,
  };
}
