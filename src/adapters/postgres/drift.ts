import type { Random } from '../../kernel/random.ts';
import { RollproofError } from '../../kernel/errors.ts';
import type { Connection } from './connection.ts';

const MAX_TABLES = 5;
const MAX_ROWS = 3;

interface Target {
  readonly table: string;
  readonly column: string;
  readonly room: number | null;
}

/**
 * Free text outside of every index, constraint, generated or identity column, foreign keys of both ends included. Names
 * that programs act upon are passed over even where nothing in the schema protects them, and so are tables that hold settings.
 */
const TARGETS = `
  select format('%I.%I', n.nspname, c.relname) as "table", format('%I', a.attname) as "column",
         case when a.atttypid = 'varchar'::regtype and a.atttypmod > 4 then a.atttypmod - 4 end::text as room
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where c.relkind = 'r' and c.relpersistence = 'p' and not c.relispartition
    and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_%'
    and a.atttypid in ('text'::regtype, 'varchar'::regtype) and a.attgenerated = '' and a.attidentity = ''
    and not exists (select from pg_index i where i.indrelid = c.oid and (a.attnum = any (i.indkey) or pg_get_indexdef(i.indexrelid) ~ ('\\m' || a.attname || '\\M')))
    and not exists (select from pg_constraint k where k.conrelid = c.oid and a.attnum = any (k.conkey))
    and not exists (select from pg_constraint k where k.confrelid = c.oid and a.attnum = any (k.confkey))
    and not exists (select from pg_depend d where d.deptype = 'e' and d.classid = 'pg_class'::regclass and d.objid = c.oid)
    and c.relname !~* '(meta|config|setting|option|param|propert|version|migration|feature|registry)'
    and a.attname !~* '(mail|login|user|pass|pwd|hash|token|secret|salt|status|state|stage|type|kind|role|code|path|file|url|uri|link|digest|sha|md5|key|uuid|guid|json|xml|locale|lang|currency|version|slug|iban|phone|payload|config|setting|value)'
  order by a.attname !~* '(note|comment|description|text|body|title|subject|name)', n.nspname, c.relname, a.attname`;

/** Ordinary work of some days: a few notes and names get a full stop. Triggers fire as they do for users. */
export async function drift(connection: Connection, random: Random): Promise<readonly string[]> {
  const rows = await connection.query(TARGETS);
  const targets = rows.map(
    (row): Target => ({
      table: row['table'] ?? '',
      column: row['column'] ?? '',
      room: row['room'] === null || row['room'] === undefined ? null : Number(row['room']),
    }),
  );
  const tables = shuffled([...new Set(targets.map(({ table }) => table))], random);
  const done: string[] = [];
  await connection.query('begin');
  try {
    for (const table of tables) {
      if (done.length >= MAX_TABLES) break;
      const target = targets.find((candidate) => candidate.table === table);
      const sentence = target === undefined ? null : await change(connection, target, random);
      if (sentence !== null) done.push(sentence);
    }
    await connection.query('commit');
  } catch (error) {
    await connection.query('rollback');
    throw error;
  }
  if (done.length > 0) return done;
  throw new RollproofError(
    'environment-not-ready',
    'no row could be changed as ordinary work does: no table has a free text column and a row that may be updated',
    {
      hint: 'the drill cannot show that it tells the backup from the days after it',
    },
  );
}

async function change(connection: Connection, target: Target, random: Random): Promise<string | null> {
  const { table, column, room } = target;
  const fits = room === null ? '' : `and char_length(${column}) < ${room}`;
  await connection.query('savepoint drift');
  try {
    const counted = await connection.query(
      `select count(*)::text as rows from (select from only ${table} where ${column} <> '' ${fits} limit 10000) as candidate`,
    );
    const available = Number(counted[0]?.['rows'] ?? 0);
    let changed = 0;
    for (let row = 0; row < Math.min(available, 1 + random.below(MAX_ROWS)); row += 1) {
      const place = `select ctid from only ${table} where ${column} <> '' ${fits} order by ctid limit 1 offset ${random.below(available)}`;
      const updated = await connection.query(
        `update only ${table} set ${column} = ${column} || '.' where ctid = (${place}) returning 1 as done`,
      );
      changed += updated.length;
    }
    if (changed > 0) {
      await connection.query('release savepoint drift');
      return `${changed} ${changed === 1 ? 'row' : 'rows'} of ${table}: ${column}`;
    }
  } catch {
    // A trigger or a rule of this table refuses: another table is tried.
  }
  await connection.query('rollback to savepoint drift');
  return null;
}

function shuffled<T>(items: T[], random: Random): T[] {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = random.below(last + 1);
    [items[last], items[other]] = [items[other] as T, items[last] as T];
  }
  return items;
}
