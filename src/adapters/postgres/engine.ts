import type { Connection } from './connection.ts';
import { PINNED_SETTINGS } from './snapshot.ts';

/** Changes whenever the row hash or the wording of definitions changes: manifests of different ways do not compare. */
export const READING_MODE = 'row-64/1';

const FACTS = `
  select current_setting('server_version') as server, pg_encoding_to_char(d.encoding) as encoding,
    d.datcollate as collate, d.datctype as ctype,
    coalesce((select c.collversion from pg_collation c where c.oid = 'pg_catalog.default'::regcollation), '') as collation_version
  from pg_database d where d.datname = current_database()`;

export async function readEngine(connection: Connection): Promise<Readonly<Record<string, string>>> {
  const [row] = await connection.query(FACTS);
  const facts: Record<string, string> = { mode: READING_MODE, major: String(connection.major) };
  for (const [name, value] of Object.entries(row ?? {})) facts[name] = value ?? '';
  for (const [name, value] of Object.entries(PINNED_SETTINGS)) facts[`set ${name}`] = value;
  return facts;
}
