import type { CatalogueQuery } from './catalogue.ts';
import { privilegesOf } from './privileges.ts';
import { USER_SCHEMA } from './tables.ts';

/** One object for who owns a thing and who may do what with it. */
function access(parts: { kind: string; name: string; acl: string; type: string; owner: string; from: string }): string {
  return `select 'privileges', concat('${parts.kind} ', ${parts.name}), jsonb_build_object('owner', pg_get_userbyid(${parts.owner}),
    'privileges', ${privilegesOf(parts.acl, parts.type, parts.owner)}) from ${parts.from}`;
}

const RELATION = `pg_class c join pg_namespace n on n.oid = c.relnamespace`;
const RELATION_NAME = `format('%I.%I', n.nspname, c.relname)`;

const PRIVILEGES = [
  access({
    kind: 'schema',
    name: 'n.nspname',
    acl: 'n.nspacl',
    type: 'n',
    owner: 'n.nspowner',
    from: `pg_namespace n where ${USER_SCHEMA}`,
  }),
  access({
    kind: 'relation',
    name: RELATION_NAME,
    acl: 'c.relacl',
    type: 'r',
    owner: 'c.relowner',
    from: `${RELATION} where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relpersistence <> 't' and ${USER_SCHEMA}`,
  }),
  access({
    kind: 'sequence',
    name: RELATION_NAME,
    acl: 'c.relacl',
    type: 's',
    owner: 'c.relowner',
    from: `${RELATION} where c.relkind = 'S' and c.relpersistence <> 't' and ${USER_SCHEMA}`,
  }),
  access({
    kind: 'column',
    name: `${RELATION_NAME}, '.', quote_ident(a.attname)`,
    acl: 'a.attacl',
    type: 'c',
    owner: 'c.relowner',
    from: `pg_attribute a join ${RELATION} on c.oid = a.attrelid where a.attacl is not null and cardinality(a.attacl) > 0 and a.attnum > 0 and not a.attisdropped and ${USER_SCHEMA}`,
  }),
  access({
    kind: 'routine',
    name: `(pg_identify_object('pg_proc'::regclass, p.oid, 0)).identity`,
    acl: 'p.proacl',
    type: 'f',
    owner: 'p.proowner',
    from: `pg_proc p join pg_namespace n on n.oid = p.pronamespace where ${USER_SCHEMA}`,
  }),
  access({
    kind: 'type',
    name: `format('%I.%I', n.nspname, t.typname)`,
    acl: 't.typacl',
    type: 'T',
    owner: 't.typowner',
    from: `pg_type t join pg_namespace n on n.oid = t.typnamespace left join pg_class c on c.oid = t.typrelid
      where (t.typtype in ('b', 'd', 'e', 'r') or c.relkind = 'c') and t.typcategory <> 'A' and ${USER_SCHEMA}`,
  }),
  access({
    kind: 'language',
    name: 'l.lanname',
    acl: 'l.lanacl',
    type: 'l',
    owner: 'l.lanowner',
    from: 'pg_language l where l.lanispl',
  }),
  access({
    kind: 'tablespace',
    name: 's.spcname',
    acl: 's.spcacl',
    type: 't',
    owner: 's.spcowner',
    from: `pg_tablespace s where s.spcname !~ '^pg_'`,
  }),
  access({
    kind: 'foreign-data wrapper',
    name: 'w.fdwname',
    acl: 'w.fdwacl',
    type: 'F',
    owner: 'w.fdwowner',
    from: 'pg_foreign_data_wrapper w',
  }),
  access({
    kind: 'foreign server',
    name: 's.srvname',
    acl: 's.srvacl',
    type: 'S',
    owner: 's.srvowner',
    from: 'pg_foreign_server s',
  }),
  // The name of the database is left out: a restored copy has another one.
  access({
    kind: 'database',
    name: `''`,
    acl: 'd.datacl',
    type: 'd',
    owner: 'd.datdba',
    from: 'pg_database d where d.datname = current_database()',
  }),
];

const DEFAULT_PRIVILEGES = `
  select 'default privileges', concat(pg_get_userbyid(d.defaclrole), ' in ', coalesce(nullif(d.defaclnamespace, 0)::regnamespace::text, 'every schema'), ' for ',
      case d.defaclobjtype when 'r' then 'relations' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types' when 'n' then 'schemas' else 'large objects' end),
    jsonb_build_object('privileges', ${privilegesOf('d.defaclacl', 'r', 'd.defaclrole')})
  from pg_default_acl d`;

const PARAMETER_PRIVILEGES = `
  select 'privileges', concat('parameter ', p.parname), jsonb_build_object('privileges', ${privilegesOf('p.paracl', 'p', '10')}) from pg_parameter_acl p`;

const COMMENTS = `
  select 'comment', concat(i.type, ' ', i.identity), jsonb_build_object('text', d.description)
  from pg_description d cross join lateral pg_identify_object(d.classoid, d.objoid, d.objsubid) i
  where d.objoid >= 16384 and coalesce(i.schema, '') !~ '^pg_(toast_)?temp_'
  union all
  select 'comment', concat(i.type, ' ', case i.type when 'database' then '' else i.identity end), jsonb_build_object('text', d.description)
  from pg_shdescription d cross join lateral pg_identify_object(d.classoid, d.objoid, 0) i
  where d.objoid >= 16384 and (i.type <> 'database' or d.objoid = (select oid from pg_database where datname = current_database()))
  union all
  select 'security label', concat(l.objtype, ' ', l.objname, ' by ', l.provider), jsonb_build_object('text', l.label) from pg_seclabels l`;

const SETTINGS = `
  select 'setting', concat(split_part(s.line, '=', 1), ' of ', case when d.setdatabase <> 0 then 'this database' else 'every database' end,
      case when d.setrole <> 0 then ' for ' || pg_get_userbyid(d.setrole) end),
    jsonb_build_object(case when split_part(s.line, '=', 1) like '%.%' then 'custom setting' else 'value' end, substr(s.line, strpos(s.line, '=') + 1))
  from pg_db_role_setting d cross join lateral unnest(d.setconfig) s(line)
  where d.setdatabase in (0, (select oid from pg_database where datname = current_database()))`;

const DATABASE = `
  select 'database', '', jsonb_build_object('encoding', pg_encoding_to_char(d.encoding), 'collate', d.datcollate, 'ctype', d.datctype,
    'connection limit', nullif(d.datconnlimit, -1), 'closed', not d.datallowconn) from pg_database d where d.datname = current_database()`;

const ROLES = `
  select 'role', r.rolname, jsonb_build_object('superuser', r.rolsuper, 'does not inherit', not r.rolinherit, 'create role', r.rolcreaterole,
    'create database', r.rolcreatedb, 'log in', r.rolcanlogin, 'replication', r.rolreplication, 'bypass row security', r.rolbypassrls,
    'connection limit', nullif(r.rolconnlimit, -1), 'valid until', r.rolvaliduntil::text)
  from pg_roles r where r.rolname !~ '^pg_'`;

const MEMBERSHIPS = `
  select 'membership', concat(pg_get_userbyid(m.member), ' in ', pg_get_userbyid(m.roleid), ' granted by ', pg_get_userbyid(m.grantor)),
    to_jsonb(m) - array['oid', 'roleid', 'member', 'grantor'] from pg_auth_members m where m.member >= 16384 or m.roleid >= 16384`;

const TABLESPACES = `
  select 'tablespace', t.spcname, jsonb_build_object('storage options', to_jsonb(t.spcoptions)) from pg_tablespace t where t.spcname !~ '^pg_'`;

export const ACCESS_QUERIES: readonly CatalogueQuery[] = [
  ...[...PRIVILEGES, DEFAULT_PRIVILEGES, COMMENTS, SETTINGS, DATABASE, ROLES, MEMBERSHIPS, TABLESPACES].map((sql) => ({
    sql,
  })),
  { sql: PARAMETER_PRIVILEGES, since: 15 },
];

/** A part of the catalogue that ordinary users may not read: left out aloud where it is needed. */
export interface GuardedQuery {
  readonly what: string;
  readonly why: string;
  readonly sql: { readonly needed: string; readonly read: string };
}

export function passwordQuery(): GuardedQuery {
  return {
    what: 'passwords of roles',
    why: 'only a superuser can read whether they changed',
    sql: {
      needed: `select exists (select from pg_roles where rolcanlogin) as needed, has_table_privilege('pg_catalog.pg_authid', 'select') as readable`,
      read: `select 'password', a.rolname, jsonb_build_object('password', a.rolpassword) from pg_authid a where a.rolpassword is not null`,
    },
  };
}
