import type { CatalogueQuery } from './catalogue.ts';
import type { GuardedQuery } from './catalogue-access.ts';

const WRAPPERS = `
  select 'foreign-data wrapper', w.fdwname, jsonb_build_object('handler', nullif(w.fdwhandler::regprocedure::text, '-'),
    'validator', nullif(w.fdwvalidator::regprocedure::text, '-'), 'options', to_jsonb(w.fdwoptions)) from pg_foreign_data_wrapper w`;

const SERVERS = `
  select 'foreign server', s.srvname, jsonb_build_object('wrapper', (select w.fdwname from pg_foreign_data_wrapper w where w.oid = s.srvfdw),
    'type', s.srvtype, 'version', s.srvversion, 'options', to_jsonb(s.srvoptions)) from pg_foreign_server s`;

/** The view hides the options of others from ordinary users. */
const USER_MAPPINGS = `
  select 'user mapping', concat(case when m.umuser = 0 then 'PUBLIC' else m.usename end, ' on ', m.srvname),
    jsonb_build_object('options', to_jsonb(m.umoptions)) from pg_user_mappings m`;

const FOREIGN_TABLES = `
  select 'foreign table source', f.ftrelid::regclass::text, jsonb_build_object('server', (select s.srvname from pg_foreign_server s where s.oid = f.ftserver),
    'options', to_jsonb(f.ftoptions)) from pg_foreign_table f`;

const PUBLICATIONS = `
  select 'publication', p.pubname, to_jsonb(p) - array['oid', 'pubname', 'pubowner'] || jsonb_build_object('owner', pg_get_userbyid(p.pubowner),
    'tables', (select jsonb_agg(to_jsonb(t) - 'pubname' order by t.schemaname, t.tablename) from pg_publication_tables t where t.pubname = p.pubname))
  from pg_publication p`;

export const REMOTE_QUERIES: readonly CatalogueQuery[] = [
  WRAPPERS,
  SERVERS,
  USER_MAPPINGS,
  FOREIGN_TABLES,
  PUBLICATIONS,
].map((sql) => ({ sql }));

export function subscriptionQuery(): GuardedQuery {
  const ours = `subdbid = (select oid from pg_database where datname = current_database())`;
  return {
    what: 'subscriptions',
    why: 'only a superuser can read them',
    sql: {
      needed: `select exists (select subname from pg_subscription where ${ours}) as needed, has_table_privilege('pg_catalog.pg_subscription', 'select') as readable`,
      read: `select 'subscription', s.subname, to_jsonb(s) - array['oid', 'subdbid', 'subskiplsn', 'subname', 'subowner', 'subconninfo']
        || jsonb_build_object('owner', pg_get_userbyid(s.subowner), 'connection', s.subconninfo) from pg_subscription s where s.${ours}`,
    },
  };
}
