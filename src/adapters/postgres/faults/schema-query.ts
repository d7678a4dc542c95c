import { NOT_OURS, OWN_SCHEMA } from '../tables.ts';

/**
 * One row, one JSON document: everything about the schema that choosing a place for a fault needs. Tables of extensions
 * belong to the extension, unlogged ones are empty after a crash anyway, partitioned ones hold no rows themselves.
 */
export const SCHEMA_QUERY = `
with recursive base_type as (
  select t.oid, t.oid as base, t.typbasetype as next, t.typtypmod as modifier from pg_type t
  union all
  select b.oid, t.oid, t.typbasetype, case when b.modifier >= 0 then b.modifier else t.typtypmod end
  from base_type b join pg_type t on t.oid = b.next where b.next <> 0
),
usable as (
  select c.oid, c.relname, n.nspname, c.relispartition, c.relhasrules, c.relkind, format('%I.%I', n.nspname, c.relname) as name
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and c.relpersistence = 'p'
    and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', '${OWN_SCHEMA}') and n.nspname !~ '^pg_(toast_)?temp_'
    and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
),
numbering as (
  select d.refobjid as relation, d.refobjsubid as attnum, d.objid as sequence
  from pg_depend d join pg_class s on s.oid = d.objid and s.relkind = 'S'
  where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i') and d.refobjsubid > 0
  union
  select a.adrelid, a.adnum::int, d.refobjid
  from pg_attrdef a join pg_depend d on d.classid = 'pg_attrdef'::regclass and d.objid = a.oid and d.refclassid = 'pg_class'::regclass
    join pg_class s on s.oid = d.refobjid and s.relkind = 'S'
)
select json_build_object(
  'tables', (select coalesce(json_agg(json_build_object(
    'oid', u.oid::text, 'name', u.name, 'schema', u.nspname, 'label', u.relname, 'bytes', pg_relation_size(u.oid),
    'partition', u.relispartition,
    'root', case when u.relispartition then (select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.oid = (select a.relid from pg_partition_ancestors(u.oid) a(relid) join pg_class p on p.oid = a.relid where not p.relispartition)) end,
    'rules', exists (select from pg_rewrite r where r.ev_class = u.oid),
    'stubbornTriggers', (select coalesce(json_agg(t.tgname), '[]') from pg_trigger t where t.tgrelid = u.oid and not t.tgisinternal and ${NOT_OURS}
      and (t.tgenabled = 'A' or t.tgenabled = 'O' and t.tgtype & 1 = 0 and t.tgtype & 2 = 2)),
    'key', (select json_agg(a.attname order by k.position) from
      (select i.indrelid, i.indkey, i.indnkeyatts from pg_index i
        where i.indrelid = u.oid and i.indisunique and i.indisvalid and i.indimmediate and i.indpred is null and i.indexprs is null
          and not exists (select from unnest(i.indkey::int2[]) with ordinality q(attnum, position)
            join pg_attribute b on b.attrelid = i.indrelid and b.attnum = q.attnum where q.position <= i.indnkeyatts and not b.attnotnull)
        order by i.indisprimary desc, i.indnkeyatts, i.indexrelid limit 1) i,
      unnest(i.indkey::int2[]) with ordinality k(attnum, position) join pg_attribute a on a.attrelid = u.oid and a.attnum = k.attnum
      where k.position <= i.indnkeyatts),
    'uniques', (select coalesce(json_agg((select coalesce(json_agg(a.attname), '[]') from unnest(i.indkey::int2[]) with ordinality k(attnum, position)
        join pg_attribute a on a.attrelid = u.oid and a.attnum = k.attnum and k.attnum > 0
        where k.position <= i.indnkeyatts and i.indexprs is null)), '[]')
      from pg_index i where i.indrelid = u.oid and (i.indisunique or i.indisexclusion)),
    'columns', (select coalesce(json_agg(json_build_object(
        'name', a.attname, 'object', u.name || '.' || quote_ident(a.attname), 'base', (select t.typname from pg_type t where t.oid = b.base and t.typnamespace = 'pg_catalog'::regnamespace),
        'type', format_type(a.atttypid, a.atttypmod), 'modifier', case when a.atttypmod >= 0 then a.atttypmod else b.modifier end,
        'pinned', a.attinhcount > 0 or exists (select from pg_depend p where p.refclassid = 'pg_class'::regclass and p.refobjid = u.oid and p.refobjsubid = a.attnum
          and (p.classid in ('pg_rewrite'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass, 'pg_publication_rel'::regclass, 'pg_proc'::regclass)
            or p.classid = 'pg_attrdef'::regclass and p.deptype = 'n')),
        'notNull', a.attnotnull or exists (select from pg_type t where t.oid = a.atttypid and t.typnotnull), 'generated', a.attgenerated <> '', 'identity', a.attidentity <> '',
        'default', case when a.attgenerated = '' then pg_get_expr(d.adbin, d.adrelid) end,
        'sequence', (select format('%I.%I', sn.nspname, s.relname) from numbering q join pg_class s on s.oid = q.sequence
          join pg_namespace sn on sn.oid = s.relnamespace where q.relation = u.oid and q.attnum = a.attnum order by s.oid limit 1)
      ) order by a.attnum), '[]')
      from pg_attribute a join base_type b on b.oid = a.atttypid and b.next = 0
        left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = u.oid and a.attnum > 0 and not a.attisdropped),
    'partitionedBy', (select coalesce(json_agg(distinct a.attname), '[]') from pg_partition_ancestors(u.oid) anc(relid)
      join pg_partitioned_table p on p.partrelid = anc.relid, unnest(p.partattrs::int2[]) k(attnum)
      join pg_attribute a on a.attnum = k.attnum where a.attrelid = p.partrelid and u.relispartition),
    'links', (select coalesce(json_agg(json_build_object('column', a.attname,
        'parent', (select format('%I.%I', pn.nspname, p.relname) from pg_class p join pg_namespace pn on pn.oid = p.relnamespace where p.oid = k.confrelid),
        'parentColumn', pa.attname, 'inferred', false)), '[]')
      from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
        join pg_attribute pa on pa.attrelid = k.confrelid and pa.attnum = k.confkey[1]
      where k.conrelid = u.oid and k.contype = 'f' and array_length(k.conkey, 1) = 1
        and not exists (select from pg_class p where p.oid = k.confrelid and p.relispartition)),
    'boundColumns', (select coalesce(json_agg(distinct a.attname), '[]') from pg_constraint k, unnest(k.conkey) c(attnum)
      join pg_attribute a on a.attnum = c.attnum where a.attrelid = u.oid and k.conrelid = u.oid and k.contype = 'f' and array_length(k.conkey, 1) > 1),
    'constraints', (select coalesce(json_agg(json_build_object('name', k.conname, 'object', (pg_identify_object('pg_constraint'::regclass, k.oid, 0)).identity,
        'kind', case k.contype when 'f' then 'foreign-key' when 'c' then 'check' else 'unique' end,
        'columns', (select coalesce(json_agg(a.attname), '[]') from unnest(k.conkey) c(attnum) join pg_attribute a on a.attnum = c.attnum and a.attrelid = u.oid),
        'definition', pg_get_constraintdef(k.oid)) order by k.conname), '[]')
      from pg_constraint k where k.conrelid = u.oid and k.contype in ('f', 'c', 'u') and k.coninhcount = 0 and k.conparentid = 0
        and not exists (select from pg_constraint o join pg_depend d on d.objid = o.oid and d.refobjid = k.conindid
          where o.contype = 'f' and k.contype = 'u' and o.conindid = k.conindid)),
    'triggers', (select coalesce(json_agg(json_build_object('name', t.tgname, 'object', (pg_identify_object('pg_trigger'::regclass, t.oid, 0)).identity, 'definition', pg_get_triggerdef(t.oid)) order by t.tgname), '[]')
      from pg_trigger t where t.tgrelid = u.oid and not t.tgisinternal and ${NOT_OURS} and t.tgparentid = 0 and t.tgenabled <> 'D')
  ) order by u.name), '[]') from usable u),
  'sequences', (select coalesce(json_agg(json_build_object(
    'name', format('%I.%I', sn.nspname, s.relname), 'table', format('%I.%I', tn.nspname, t.relname), 'column', a.attname,
    'minimum', p.seqmin::text, 'next', case when v.last is null then p.seqstart else v.last + p.seqincrement end::text) order by s.oid), '[]')
    from numbering q join pg_class s on s.oid = q.sequence join pg_namespace sn on sn.oid = s.relnamespace
      join pg_sequence p on p.seqrelid = s.oid join pg_class t on t.oid = q.relation join pg_namespace tn on tn.oid = t.relnamespace
      join pg_attribute a on a.attrelid = t.oid and a.attnum = q.attnum
      cross join lateral (select pg_sequence_last_value(s.oid) as last) v
    where t.relkind in ('r', 'p') and not t.relispartition and p.seqincrement > 0 and s.relpersistence = 'p'
      and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = t.oid and d.deptype = 'e'))
)::text as shape`;
