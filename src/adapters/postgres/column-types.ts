import type { Connection, TextRow } from './connection.ts';
import type { TypeFacts } from './image.ts';

const TYPES = `
  select t.oid, t.typname as name, n.nspname as schema, t.typtype as form, t.typbasetype as base,
    case when t.typcategory = 'A' then t.typelem else 0 end as element,
    format('%I.%I', n.nspname, t.typname) as sql_name,
    (select format('%I.%I', pn.nspname, p.proname) from pg_proc p join pg_namespace pn on pn.oid = p.pronamespace
      where p.oid = t.typoutput) as output,
    exists (select from pg_cast k where k.castsource = t.oid and k.casttarget = 'text'::regtype
      and k.castmethod = 'f' and k.oid >= 16384) as cast_to_text
  from pg_type t join pg_namespace n on n.oid = t.typnamespace
  where t.oid in (select a.atttypid from pg_attribute a join pg_class c on c.oid = a.attrelid where c.relkind in ('r', 'm', 'p'))
    or t.typtype in ('d', 'e') or t.oid < 16384 or t.typarray <> 0 and t.typrelid = 0`;

/** All types that a column can have, by OID. */
export async function loadTypes(connection: Connection): Promise<ReadonlyMap<string, TypeFacts>> {
  const rows = new Map((await connection.query(TYPES)).map((row) => [row['oid'] ?? '', row]));
  const built = new Map<string, TypeFacts>();
  for (const oid of rows.keys()) build(oid, rows, built);
  return built;
}

function build(oid: string, rows: ReadonlyMap<string, TextRow>, built: Map<string, TypeFacts>): TypeFacts | null {
  const known = built.get(oid);
  if (known !== undefined) return known;
  const row = rows.get(oid);
  if (row === undefined) return null;
  const facts: TypeFacts = {
    oid,
    name: row['name'] ?? '',
    schema: row['schema'] ?? '',
    form: row['form'] ?? '',
    sqlName: row['sql_name'] ?? '',
    base: row['form'] === 'd' ? build(row['base'] ?? '', rows, built) : null,
    element: row['element'] === '0' ? null : build(row['element'] ?? '', rows, built),
    output: row['output'] ?? '',
    castToText: row['cast_to_text'] === 't',
  };
  built.set(oid, facts);
  return facts;
}
