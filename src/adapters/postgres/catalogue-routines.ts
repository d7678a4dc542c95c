import type { CatalogueQuery } from './catalogue.ts';
import { OWN_SCHEMA, USER_SCHEMA } from './tables.ts';

/** Objects of users that extensions put into system schemas count too. */
const userOwned = (oid: string): string =>
  `(${USER_SCHEMA} or ${oid} >= 16384 and n.nspname <> '${OWN_SCHEMA}' and n.nspname !~ '^pg_(toast_)?temp_')`;

const ROUTINES = `
  select case p.prokind when 'p' then 'procedure' else 'function' end,
    (pg_identify_object('pg_proc'::regclass, p.oid, 0)).identity,
    jsonb_build_object('definition', pg_get_functiondef(p.oid))
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace where p.prokind <> 'a' and ${userOwned('p.oid')}`;

const AGGREGATES = `
  select 'aggregate', (pg_identify_object('pg_proc'::regclass, p.oid, 0)).identity,
    jsonb_build_object('kind', g.aggkind, 'step', nullif(g.aggtransfn::regprocedure::text, '-'), 'final', nullif(g.aggfinalfn::regprocedure::text, '-'),
      'combine', nullif(g.aggcombinefn::regprocedure::text, '-'), 'moving step', nullif(g.aggmtransfn::regprocedure::text, '-'),
      'moving inverse', nullif(g.aggminvtransfn::regprocedure::text, '-'), 'moving final', nullif(g.aggmfinalfn::regprocedure::text, '-'),
      'state', format_type(g.aggtranstype, null), 'initial', g.agginitval, 'moving initial', g.aggminitval,
      'sort', nullif(g.aggsortop::regoperator::text, '0'), 'parallel', p.proparallel, 'result', pg_get_function_result(p.oid))
  from pg_aggregate g join pg_proc p on p.oid = g.aggfnoid join pg_namespace n on n.oid = p.pronamespace where ${userOwned('p.oid')}`;

const ENUMS = `
  select 'enum', format('%I.%I', n.nspname, t.typname),
    jsonb_build_object('labels', (select jsonb_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid))
  from pg_type t join pg_namespace n on n.oid = t.typnamespace where t.typtype = 'e' and ${userOwned('t.oid')}`;

const DOMAINS = `
  select 'domain', format('%I.%I', n.nspname, t.typname), jsonb_build_object('type', format_type(t.typbasetype, t.typtypmod),
      'not null', t.typnotnull, 'default', pg_get_expr(t.typdefaultbin, 0),
      'collation', case when t.typcollation <> 0 then t.typcollation::regcollation::text end)
  from pg_type t join pg_namespace n on n.oid = t.typnamespace where t.typtype = 'd' and ${userOwned('t.oid')}`;

/** Attributes of composite types are listed as columns. */
const OTHER_TYPES = `
  select 'type', format('%I.%I', n.nspname, t.typname), jsonb_build_object(
      'form', case t.typtype when 'c' then 'composite' when 'r' then 'range' else 'base' end,
      'range of', (select format_type(r.rngsubtype, null) from pg_range r where r.rngtypid = t.oid),
      'compares by', (select (pg_identify_object('pg_opclass'::regclass, r.rngsubopc, 0)).identity from pg_range r where r.rngtypid = t.oid),
      'input', case when t.typtype = 'b' then t.typinput::text end, 'output', case when t.typtype = 'b' then t.typoutput::text end)
  from pg_type t join pg_namespace n on n.oid = t.typnamespace left join pg_class c on c.oid = t.typrelid
  where (t.typtype in ('b', 'r') or t.typtype = 'c' and c.relkind = 'c') and t.typcategory <> 'A' and t.typisdefined and ${userOwned('t.oid')}`;

const OPERATORS = `
  select 'operator', (pg_identify_object('pg_operator'::regclass, o.oid, 0)).identity,
    jsonb_build_object('function', o.oprcode::text, 'result', format_type(o.oprresult, null), 'commutator', nullif(o.oprcom::regoperator::text, '0'),
      'negator', nullif(o.oprnegate::regoperator::text, '0'), 'restrict', nullif(o.oprrest::text, '-'), 'join', nullif(o.oprjoin::text, '-'), 'hashes', o.oprcanhash, 'merges', o.oprcanmerge)
  from pg_operator o join pg_namespace n on n.oid = o.oprnamespace where ${userOwned('o.oid')}`;

const OPERATOR_FAMILIES = `
  select 'operator family', (pg_identify_object('pg_opfamily'::regclass, f.oid, 0)).identity, jsonb_build_object(
      'operators', (select jsonb_agg(concat(a.amopstrategy, ' ', a.amopopr::regoperator) order by concat(a.amopstrategy, ' ', a.amopopr::regoperator))
        from pg_amop a where a.amopfamily = f.oid),
      'functions', (select jsonb_agg(concat(a.amprocnum, ' ', a.amproc::regprocedure) order by concat(a.amprocnum, ' ', a.amproc::regprocedure))
        from pg_amproc a where a.amprocfamily = f.oid))
  from pg_opfamily f join pg_namespace n on n.oid = f.opfnamespace where ${userOwned('f.oid')}`;

const OPERATOR_CLASSES = `
  select 'operator class', (pg_identify_object('pg_opclass'::regclass, c.oid, 0)).identity,
    jsonb_build_object('type', format_type(c.opcintype, null), 'default', c.opcdefault,
      'family', (pg_identify_object('pg_opfamily'::regclass, c.opcfamily, 0)).identity)
  from pg_opclass c join pg_namespace n on n.oid = c.opcnamespace where ${userOwned('c.oid')}`;

const CASTS = `
  select 'cast', (pg_identify_object('pg_cast'::regclass, k.oid, 0)).identity,
    jsonb_build_object('context', k.castcontext, 'method', k.castmethod, 'function', nullif(k.castfunc::regprocedure::text, '-'))
  from pg_cast k where k.oid >= 16384`;

const COLLATIONS = `
  select 'collation', (pg_identify_object('pg_collation'::regclass, c.oid, 0)).identity,
    to_jsonb(c) - array['oid', 'collnamespace', 'collowner', 'collversion', 'collname']
  from pg_collation c join pg_namespace n on n.oid = c.collnamespace where c.oid >= 16384 and ${userOwned('c.oid')}`;

const LANGUAGES = `
  select 'language', l.lanname, jsonb_build_object('trusted', l.lanpltrusted, 'handler', nullif(l.lanplcallfoid::regprocedure::text, '-'))
  from pg_language l where l.lanispl`;

const ACCESS_METHODS = `
  select 'access method', a.amname, jsonb_build_object('handler', a.amhandler::text, 'for', a.amtype) from pg_am a where a.oid >= 16384`;

const CONVERSIONS = `
  select 'conversion', (pg_identify_object('pg_conversion'::regclass, c.oid, 0)).identity,
    jsonb_build_object('function', c.conproc::text, 'from', c.conforencoding, 'to', c.contoencoding, 'default', c.condefault)
  from pg_conversion c where c.oid >= 16384`;

const TEXT_SEARCH = `
  select 'text search configuration', format('%I.%I', n.nspname, c.cfgname), jsonb_build_object('parser',
      (pg_identify_object('pg_ts_parser'::regclass, c.cfgparser, 0)).identity,
      'mappings', (select jsonb_agg(concat(m.maptokentype, '.', m.mapseqno, ' ', m.mapdict::regdictionary) order by m.maptokentype, m.mapseqno)
        from pg_ts_config_map m where m.mapcfg = c.oid))
  from pg_ts_config c join pg_namespace n on n.oid = c.cfgnamespace where ${userOwned('c.oid')}
  union all
  select 'text search dictionary', format('%I.%I', n.nspname, d.dictname), jsonb_build_object('settings', d.dictinitoption,
      'template', (pg_identify_object('pg_ts_template'::regclass, d.dicttemplate, 0)).identity)
  from pg_ts_dict d join pg_namespace n on n.oid = d.dictnamespace where ${userOwned('d.oid')}
  union all
  select 'text search template', format('%I.%I', n.nspname, t.tmplname), jsonb_build_object('init', t.tmplinit::text, 'lexize', t.tmpllexize::text)
  from pg_ts_template t join pg_namespace n on n.oid = t.tmplnamespace where ${userOwned('t.oid')}
  union all
  select 'text search parser', format('%I.%I', n.nspname, p.prsname), jsonb_build_object('start', p.prsstart::text, 'token', p.prstoken::text)
  from pg_ts_parser p join pg_namespace n on n.oid = p.prsnamespace where ${userOwned('p.oid')}`;

const EVENT_TRIGGERS = `
  select 'event trigger', e.evtname, jsonb_build_object('event', e.evtevent, 'function', e.evtfoid::regprocedure::text,
      'owner', pg_get_userbyid(e.evtowner), 'tags', to_jsonb(e.evttags), 'fires', case e.evtenabled when 'D' then 'DISABLED'
      when 'R' then 'on replicas' when 'A' then 'always' end)
  from pg_event_trigger e`;

const EXTENSIONS = `
  select 'extension', e.extname, jsonb_build_object('version', e.extversion, 'schema', e.extnamespace::regnamespace::text,
      'configuration tables', (select jsonb_agg(r::regclass::text order by r::regclass::text) from unnest(e.extconfig) r), 'conditions', to_jsonb(e.extcondition))
  from pg_extension e`;

export const ROUTINE_QUERIES: readonly CatalogueQuery[] = [
  ROUTINES,
  AGGREGATES,
  ENUMS,
  DOMAINS,
  OTHER_TYPES,
  OPERATORS,
  OPERATOR_FAMILIES,
  OPERATOR_CLASSES,
  CASTS,
  COLLATIONS,
  LANGUAGES,
  ACCESS_METHODS,
  CONVERSIONS,
  TEXT_SEARCH,
  EVENT_TRIGGERS,
  EXTENSIONS,
].map((sql) => ({ sql }));
