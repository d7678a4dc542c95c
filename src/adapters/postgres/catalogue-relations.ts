import type { CatalogueQuery } from './catalogue.ts';
import { NOT_OURS, USER_SCHEMA } from './tables.ts';

const RELATION = `pg_class c join pg_namespace n on n.oid = c.relnamespace`;
const NAME = `format('%I.%I', n.nspname, c.relname)`;

const SCHEMAS = `select 'schema', quote_ident(n.nspname), '{}' from pg_namespace n where ${USER_SCHEMA}`;

const RELATIONS = `
  select case c.relkind when 'r' then 'table' when 'p' then 'table' when 'v' then 'view' when 'm' then 'materialised view'
      when 'f' then 'foreign table' else 'sequence' end, ${NAME},
    jsonb_build_object('partitioned by', case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end,
      'partition', pg_get_expr(c.relpartbound, c.oid),
      'inherits', (select jsonb_agg(i.inhparent::regclass::text order by i.inhseqno) from pg_inherits i where i.inhrelid = c.oid),
      'persistence', case c.relpersistence when 'u' then 'unlogged' when 't' then 'temporary' end,
      'row security', c.relrowsecurity, 'row security forced', c.relforcerowsecurity,
      'replica identity', case when c.relreplident not in ('d', 'n') then c.relreplident::text
        when c.relreplident = 'n' and c.relkind in ('r', 'p') then 'nothing' end,
      'storage options', (select jsonb_agg(o order by o collate "C") from unnest(c.reloptions) o),
      'access method', (select a.amname from pg_am a where a.oid = c.relam),
      'tablespace', (select t.spcname from pg_tablespace t where t.oid = c.reltablespace),
      'of type', case when c.reloftype <> 0 then c.reloftype::regtype::text end,
      'not populated', not c.relispopulated,
      'query', case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end,
      'sequence', (select jsonb_build_object('type', s.seqtypid::regtype::text, 'start', s.seqstart, 'increment', s.seqincrement,
        'min', s.seqmin, 'max', s.seqmax, 'cache', s.seqcache, 'cycle', s.seqcycle) from pg_sequence s where s.seqrelid = c.oid))
  from ${RELATION} where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and c.relpersistence <> 't' and ${USER_SCHEMA}`;

const COLUMNS = `
  select 'column', format('%I.%I.%I', n.nspname, c.relname, a.attname),
    jsonb_build_object('type', format_type(a.atttypid, a.atttypmod), 'not null', a.attnotnull,
      'default', pg_get_expr(d.adbin, d.adrelid), 'identity', a.attidentity, 'generated', a.attgenerated,
      'collation', case when a.attcollation <> t.typcollation then a.attcollation::regcollation::text end,
      'storage', case when a.attstorage <> t.typstorage then a.attstorage::text end, 'compression', a.attcompression,
      'statistics target', case when a.attstattarget >= 0 then a.attstattarget end,
      'column options', (select jsonb_agg(o order by o collate "C") from unnest(a.attoptions) o),
      'inherited only', not a.attislocal)
  from pg_attribute a join ${RELATION} on c.oid = a.attrelid join pg_type t on t.oid = a.atttypid
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where c.relkind in ('r', 'p', 'v', 'm', 'f', 'c') and a.attnum > 0 and not a.attisdropped and c.relpersistence <> 't' and ${USER_SCHEMA}`;

/** Apart from the columns, so that another order is seen but changes no column. */
const COLUMN_ORDER = `
  select 'column order', ${NAME}, jsonb_build_object('columns', jsonb_agg(a.attname order by a.attnum))
  from pg_attribute a join ${RELATION} on c.oid = a.attrelid
  where c.relkind in ('r', 'p', 'v', 'm', 'f', 'c') and a.attnum > 0 and not a.attisdropped and c.relpersistence <> 't' and ${USER_SCHEMA}
  group by n.nspname, c.relname`;

/** The hidden triggers of a foreign key enforce it: restores that disable triggers can leave them off. */
const CONSTRAINTS = `
  select 'constraint', (pg_identify_object('pg_constraint'::regclass, k.oid, 0)).identity,
    jsonb_build_object('definition', pg_get_constraintdef(k.oid), 'not validated', not k.convalidated,
      'enforced by triggers', (select jsonb_agg(distinct case t.tgenabled when 'O' then 'enabled' when 'D' then 'DISABLED'
          when 'R' then 'replica only' else 'always' end) from pg_trigger t where t.tgconstraint = k.oid))
  from pg_constraint k join pg_namespace n on n.oid = k.connamespace left join pg_class c on c.oid = k.conrelid
  where k.contype <> 't' and coalesce(c.relpersistence, 'p') <> 't' and ${USER_SCHEMA}`;

const INDEXES = `
  select 'index', ${NAME}, jsonb_build_object('definition', pg_get_indexdef(c.oid), 'invalid', not i.indisvalid,
      'not ready', not i.indisready, 'clustered', i.indisclustered, 'replica identity', i.indisreplident,
      'part of', (select h.inhparent::regclass::text from pg_inherits h where h.inhrelid = c.oid),
      'tablespace', (select t.spcname from pg_tablespace t where t.oid = c.reltablespace),
      'statistics targets', (select jsonb_agg(a.attnum || '=' || a.attstattarget order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attstattarget >= 0))
  from pg_index i join ${RELATION} on c.oid = i.indexrelid where c.relpersistence <> 't' and ${USER_SCHEMA}`;

const TRIGGERS = `
  select 'trigger', (pg_identify_object('pg_trigger'::regclass, t.oid, 0)).identity,
    jsonb_build_object('definition', pg_get_triggerdef(t.oid), 'fires', case t.tgenabled when 'D' then 'DISABLED'
      when 'R' then 'on replicas' when 'A' then 'always' end)
  from pg_trigger t join ${RELATION} on c.oid = t.tgrelid where not t.tgisinternal and c.relpersistence <> 't'
    and ${NOT_OURS} and ${USER_SCHEMA}`;

const RULES = `
  select 'rule', (pg_identify_object('pg_rewrite'::regclass, r.oid, 0)).identity,
    jsonb_build_object('definition', pg_get_ruledef(r.oid), 'fires', case r.ev_enabled when 'D' then 'DISABLED'
      when 'R' then 'on replicas' when 'A' then 'always' end)
  from pg_rewrite r join ${RELATION} on c.oid = r.ev_class where r.rulename <> '_RETURN' and c.relpersistence <> 't' and ${USER_SCHEMA}`;

const POLICIES = `
  select 'policy', (pg_identify_object('pg_policy'::regclass, p.oid, 0)).identity,
    jsonb_build_object('for', p.polcmd, 'restrictive', not p.polpermissive, 'using', pg_get_expr(p.polqual, p.polrelid),
      'with check', pg_get_expr(p.polwithcheck, p.polrelid),
      'to', (select jsonb_agg(case when r = 0 then 'PUBLIC' else pg_get_userbyid(r) end
        order by case when r = 0 then 'PUBLIC' else pg_get_userbyid(r) end) from unnest(p.polroles) r))
  from pg_policy p join ${RELATION} on c.oid = p.polrelid where ${USER_SCHEMA}`;

const STATISTICS = `
  select 'statistics object', (pg_identify_object('pg_statistic_ext'::regclass, s.oid, 0)).identity,
    jsonb_build_object('definition', pg_get_statisticsobjdef(s.oid), 'owner', pg_get_userbyid(s.stxowner),
      'target', case when s.stxstattarget >= 0 then s.stxstattarget end)
  from pg_statistic_ext s join pg_namespace n on n.oid = s.stxnamespace where ${USER_SCHEMA}`;

const SEQUENCE_OWNERS = `
  select 'sequence owner', ${NAME}, jsonb_build_object('column',
      format('%s.%I', d.refobjid::regclass, (select a.attname from pg_attribute a where a.attrelid = d.refobjid and a.attnum = d.refobjsubid)))
  from pg_depend d join ${RELATION} on c.oid = d.objid
  where c.relkind = 'S' and d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
    and d.deptype in ('a', 'i') and d.refobjsubid > 0 and ${USER_SCHEMA}`;

export const RELATION_QUERIES: readonly CatalogueQuery[] = [
  SCHEMAS,
  RELATIONS,
  COLUMNS,
  COLUMN_ORDER,
  CONSTRAINTS,
  INDEXES,
  TRIGGERS,
  RULES,
  POLICIES,
  STATISTICS,
  SEQUENCE_OWNERS,
].map((sql) => ({ sql }));
