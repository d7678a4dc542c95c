import { fileURLToPath } from 'node:url';
import type { Environment } from '../../../environment/host.ts';
import type { Cut, Haunting, PrincipalFaults } from '../../../flow/principal-faults.ts';
import type { PostgresStore } from '../store.ts';
import { CUT_TRIGGER, OWN_SCHEMA } from '../tables.ts';
import { HIDDEN_JOB } from './hidden-job.ts';

export interface PrincipalFaultsRequest {
  readonly store: PostgresStore;
  readonly environment: Environment;
}

export function principalFaults({ store, environment }: PrincipalFaultsRequest): PrincipalFaults {
  return {
    cut: (request) => cut(store, request),
    haunt: (request) => haunt({ store, environment }, request),
  };
}

/**
 * Ended by the server in the middle of its work, as by a crash: what was committed before stays. The counter is a
 * sequence, because nothing else survives the end of the transaction that moved it.
 */
const CUT = `
  create schema if not exists ${OWN_SCHEMA};
  create sequence if not exists ${OWN_SCHEMA}.cuts;
  create or replace function ${OWN_SCHEMA}.cut() returns trigger language plpgsql security definer set search_path = pg_catalog as $body$
  begin
    if session_user = tg_argv[0] then
      perform nextval('${OWN_SCHEMA}.cuts');
      perform pg_terminate_backend(pg_backend_pid());
      raise exception 'cut off';
    end if;
    if tg_op = 'DELETE' then return old; end if;
    return new;
  end $body$;
  revoke all on function ${OWN_SCHEMA}.cut() from public`;

async function cut(
  store: PostgresStore,
  { role, table }: { readonly role: string; readonly table: string },
): Promise<Cut | null> {
  await store.identify();
  const [found] = await store.query(
    `select format('%I.%I', n.nspname, c.relname) as part, quote_literal($2::text) as role
     from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = to_regclass($1) and c.relkind in ('r', 'p')`,
    { parameters: [table, role], readOnly: true },
  );
  const { part, role: quoted } = found ?? {};
  if (part === undefined || part === null || quoted === undefined || quoted === null) return null;
  await store.query(`${CUT};
    create or replace trigger ${CUT_TRIGGER} before insert or update or delete on ${part}
      for each row execute function ${OWN_SCHEMA}.cut(${quoted});
    alter table ${part} enable always trigger ${CUT_TRIGGER}`);
  return {
    part,
    times: async () => {
      const [row] = await store.query(
        `select case when is_called then last_value else 0 end as times from ${OWN_SCHEMA}.cuts`,
        { readOnly: true },
      );
      return Number(row?.['times'] ?? 0);
    },
    heal: async () => void (await store.query(`drop trigger if exists ${CUT_TRIGGER} on ${part}`)),
  };
}

const END_GRACE_MS = 500;

async function haunt(
  { store, environment }: PrincipalFaultsRequest,
  { role, everyMs }: { readonly role: string; readonly everyMs: number },
): Promise<Haunting> {
  const job = await environment.start({
    name: HIDDEN_JOB,
    argv: [process.execPath, programFile(), store.server.url(role, store.database), String(everyMs)],
    cwd: environment.folder,
    env: {},
  });
  return { application: HIDDEN_JOB, end: async () => void (await job.stop(END_GRACE_MS)) };
}

/** In the bundle it lies beside this file as a program of its own. */
function programFile(): string {
  const name = import.meta.url.endsWith('.ts') ? './hidden-writer.ts' : './hidden-writer.js';
  return fileURLToPath(new URL(name, import.meta.url));
}
