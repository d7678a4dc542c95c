import type { Connection } from './connection.ts';
import { imageOf, type TypeFacts } from './image.ts';
import { privilegesOf } from './privileges.ts';
import type { TableList } from './tables.ts';
import { loadTypes } from './column-types.ts';

/**
 * Blanks at the end of a page and pages never written read as zeros, and a restore writes them out: trimmed, both are
 * the same. The size keeps what trimming forgets.
 */
const SOURCE = `(select m.oid::int8 as id, pg_get_userbyid(m.lomowner)::text as owner, ${privilegesOf('m.lomacl', 'L', 'm.lomowner')} as privileges,
    coalesce(d.size, 0) as size, coalesce(d.content, '') as content
  from pg_largeobject_metadata m left join (
    select loid, max(pageno::int8 * 2048 + octet_length(data)) as size,
      concat_ws(' ', sum(hashtextextended('', hash_record_extended(r, 1))) filter (where filled),
        sum(hashtextextended('', hash_record_extended(r, 2))) filter (where filled)) as content
    from (select loid, pageno, data, row(pageno, rtrim(data, '\\x00'::bytea)) as r, rtrim(data, '\\x00'::bytea) <> '' as filled
      from pg_largeobject offset 0) p group by loid
  ) d on d.loid = m.oid) x`;

const FACTS = `
  select (select count(*) from pg_largeobject_metadata) as objects,
    has_table_privilege('pg_catalog.pg_largeobject', 'select') as readable,
    case when has_table_privilege('pg_catalog.pg_largeobject', 'select') then pg_relation_size('pg_catalog.pg_largeobject') else 0 end as bytes`;

const COLUMNS: Readonly<Record<string, string>> = {
  content: 'text',
  id: 'int8',
  owner: 'text',
  privileges: 'text',
  size: 'int8',
};

/** Large objects read like a table of their own. None there: no part. */
export async function listLargeObjects(connection: Connection): Promise<TableList> {
  const [facts] = await connection.query(FACTS);
  const objects = Number(facts?.['objects'] ?? 0);
  if (objects === 0) return { tables: [], unread: [] };
  if (facts?.['readable'] !== 't') {
    return {
      tables: [],
      unread: [{ what: 'large objects', why: 'only a superuser or a member of pg_read_all_data can read them' }],
    };
  }
  const byName = new Map<string, TypeFacts>();
  for (const type of (await loadTypes(connection)).values())
    if (type.schema === 'pg_catalog') byName.set(type.name, type);
  const columns = Object.entries(COLUMNS).flatMap(([name, typeName]) => {
    const type = byName.get(typeName);
    return type === undefined ? [] : [{ name, type, image: imageOf(`x.${name}`, type) }];
  });
  const shape = {
    name: 'large objects',
    kind: 'large-objects' as const,
    source: SOURCE,
    columns,
    key: ['id'],
    volatile: false,
  };
  return {
    tables: [{ ...shape, bytes: Number(facts['bytes']), blockBytes: 8192, estimatedRows: objects, sliceable: false }],
    unread: [],
  };
}
