import type { Counter, Unread } from '../../subject/manifest.ts';
import type { Connection } from './connection.ts';
import { USER_SCHEMA } from './tables.ts';

const SEQUENCES = `
  select format('%I.%I', n.nspname, c.relname) as name, s.seqincrement as increment,
    has_table_privilege(c.oid, 'select') as readable,
    (select format('%I.%I.%I', tn.nspname, t.relname, a.attname) from pg_depend d
      join pg_class t on t.oid = d.refobjid join pg_namespace tn on tn.oid = t.relnamespace
      join pg_attribute a on a.attrelid = t.oid and a.attnum = d.refobjsubid
      where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.refclassid = 'pg_class'::regclass
        and d.deptype in ('a', 'i') and d.refobjsubid > 0 limit 1) as owned_by
  from pg_sequence s join pg_class c on c.oid = s.seqrelid join pg_namespace n on n.oid = c.relnamespace
  where ${USER_SCHEMA} order by 1`;

/** How many sequences one statement reads. */
const BATCH = 200;

/** Sequences are outside transactions: they are read as they are now, after the snapshot was taken. */
export async function readCounters(
  connection: Connection,
): Promise<{ counters: readonly Counter[]; unread: readonly Unread[] }> {
  const rows = await connection.query(SEQUENCES);
  const readable = rows.filter((row) => row['readable'] === 't');
  const counters: Counter[] = [];
  for (let start = 0; start < readable.length; start += BATCH) {
    const batch = readable.slice(start, start + BATCH);
    const selects = batch.map((row, index) => `select ${index} as place, last_value, is_called from ${row['name']}`);
    for (const [place, last, isCalled] of await connection.tuples(selects.join(' union all '))) {
      const row = batch[Number(place)];
      const step = isCalled === 't' ? BigInt(row?.['increment'] ?? '1') : 0n;
      counters.push({
        name: row?.['name'] ?? '',
        next: (BigInt(last ?? '0') + step).toString(),
        ownedBy: row?.['owned_by'] ?? null,
      });
    }
  }
  const unread = rows
    .filter((row) => row['readable'] !== 't')
    .map((row) => ({ what: row['name'] ?? '', why: 'no permission to select from the sequence' }));
  counters.sort((left, right) => (left.name < right.name ? -1 : 1));
  return { counters, unread };
}
