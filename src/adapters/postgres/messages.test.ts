import { describe, expect, test } from 'vitest';
import { groupMessages, parseToolLog, patternOf } from './messages.ts';
import { parseSettings } from './configuration.ts';
import { parseLsn } from './backup-base.ts';
import { splitStatements } from './restore-database.ts';

const LOG = `pg_restore: while PROCESSING TOC:
pg_restore: from TOC entry 215; 1259 16387 TABLE t1 crm
pg_restore: error: could not execute query: ERROR:  role "crm" does not exist
Command was: ALTER TABLE public.t1 OWNER TO crm;

pg_restore: from TOC entry 216; 1259 16388 TABLE t2 sales
pg_restore: error: could not execute query: ERROR:  role "sales" does not exist
Command was: ALTER TABLE public.t2 OWNER TO sales;

pg_restore: error: COPY failed for table "t": ERROR:  duplicate key value violates unique constraint "t_pkey"
DETAIL:  Key (mail)=(ada@example.org) already exists.
CONTEXT:  COPY t, line 1: "ada@example.org"
pg_restore: error: could not execute query: ERROR:  invalid input syntax for type integer: "secret"
pg_restore: warning: errors ignored on restore: 4
psql:/tmp/globals.sql:12: ERROR:  role "postgres" already exists
psql:/tmp/globals.sql:13: NOTICE:  role "a" has already been granted membership in role "b" by role "postgres"
`;

describe('messages of a restore', () => {
  test('of one kind are one entry, errors first, the most frequent first', () => {
    const groups = groupMessages(parseToolLog(LOG));
    expect(groups.map(({ pattern, count, severity }) => [pattern, count, severity])).toEqual([
      ['role "…" does not exist', 2, 'error'],
      ['duplicate key value violates unique constraint "…"', 1, 'error'],
      ['invalid input syntax for type integer: "…"', 1, 'error'],
      ['role "…" already exists', 1, 'note'],
      ['role "…" has already been granted membership in role "…" by role "…"', 1, 'note'],
    ]);
    expect(groups[0]?.examples).toEqual(['role "crm" does not exist', 'role "sales" does not exist']);
  });

  test('carry no row values', () => {
    const text = JSON.stringify(groupMessages(parseToolLog(LOG)));
    expect(text).not.toMatch(/ada@example|secret/);
  });

  test('show five examples however many there are', () => {
    const many = Array.from({ length: 300 }, (_, index) => ({
      text: `role "r${index}" does not exist`,
      severity: 'error' as const,
    }));
    expect(groupMessages(many)).toEqual([
      {
        pattern: 'role "…" does not exist',
        count: 300,
        severity: 'error',
        examples: many.slice(0, 5).map(({ text }) => text),
      },
    ]);
  });

  test('keep what tells kinds apart', () => {
    expect(patternOf('relation "a""b" at 12.5 of \'it\'\'s\'')).toBe('relation "…" at … of \'…\'');
  });
});

describe('settings', () => {
  test('are read as the server reads them', () => {
    expect(
      parseSettings(
        "# comment\nwork_mem = 4MB # why\nArchive_Command='cp %p ''x''/%f'\nport 5433\ninclude 'more.conf'\n  a.b = 'c\\'d'\n",
      ),
    ).toEqual([
      { name: 'work_mem', value: '4MB' },
      { name: 'archive_command', value: "cp %p 'x'/%f" },
      { name: 'port', value: '5433' },
      { name: 'a.b', value: "c'd" },
    ]);
  });
});

describe('statements', () => {
  test('end at semicolons outside of quotes; psql commands and comments are dropped', () => {
    const script = `-- don't;\n\\connect x\nCOMMENT ON DATABASE "a;b" IS 'it''s;\n-- inside\nend';\n\nALTER DATABASE d SET x TO 'y';\n`;
    expect(splitStatements(script)).toEqual([
      `COMMENT ON DATABASE "a;b" IS 'it''s;\n-- inside\nend'`,
      `ALTER DATABASE d SET x TO 'y'`,
    ]);
  });
});

test('positions in the WAL compare as numbers', () => {
  expect(parseLsn('1/0')).toBe(0x100000000n);
  expect(parseLsn('0/2000028') < parseLsn('0/A000000')).toBe(true);
});
