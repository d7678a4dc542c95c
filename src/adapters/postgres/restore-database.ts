import { readFile, writeFile } from 'node:fs/promises';
import { messageOf } from '../../kernel/errors.ts';
import { badRestorePoint, COPY_AGAIN } from '../files/bad-restore-point.ts';
import type { LogMessage } from './messages.ts';
import type { PostgresServer } from './server.ts';
import { Staging } from './staging.ts';
import { runTool } from './tool.ts';

export interface DatabaseBirth {
  readonly server: PostgresServer;
  readonly database: string;
  /** Of the dump, readable inside. */
  readonly path: string;
  readonly isArchive: boolean;
  readonly mode: 'empty' | 'over';
  readonly signal: AbortSignal;
}

/**
 * Drops and creates the database with the encoding, locale, owner, settings and rights that the dump names. pg_restore
 * does that only together with the name in the dump and without telling what failed.
 */
export async function createDatabaseLike(birth: DatabaseBirth): Promise<readonly LogMessage[]> {
  const { server, database, mode } = birth;
  const statements = birth.isArchive ? await databaseStatements(birth) : [];
  const connection = await server.connect('postgres');
  try {
    const name = quoted(database);
    if (mode === 'empty') await dropDatabase(server, database);
    const present = await connection.query('select from pg_database where datname = $1', [database]);
    if (present.length > 0) return [];
    const [create = `CREATE DATABASE ${name} WITH TEMPLATE = template0`, ...rest] = statements;
    const messages: LogMessage[] = [];
    try {
      await connection.query(create);
    } catch (error) {
      messages.push({
        text: `${withoutPrefix(error)}: the database was created with the locale C.UTF-8 instead`,
        severity: 'error',
      });
      await connection.query(`CREATE DATABASE ${name} WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE = 'C.UTF-8'`);
    }
    for (const statement of rest) {
      await connection
        .query(statement)
        .catch((error: unknown) => messages.push({ text: withoutPrefix(error), severity: 'error' }));
    }
    return messages;
  } finally {
    await connection.close();
  }
}

export async function dropDatabase(server: PostgresServer, database: string): Promise<void> {
  const name = quoted(database);
  const leftBy = server.layout.major >= 13 ? ' WITH (FORCE)' : '';
  await server.with('postgres', async (connection) => {
    await connection.query(`UPDATE pg_database SET datistemplate = false WHERE datname = $1`, [database]);
    if (leftBy === '')
      await connection.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [database]);
    await connection.query(`DROP DATABASE IF EXISTS ${name}${leftBy}`);
  });
}

/** The dump's own statements about the database itself, `CREATE DATABASE` first, with our name for it. */
async function databaseStatements(birth: DatabaseBirth): Promise<readonly string[]> {
  const staging = new Staging(birth.server);
  try {
    const list = await staging.file('');
    const script = await staging.file('');
    await pgRestore(birth, ['-C', '-l', '-f', list, birth.path]);
    const entries = (await readFile(list, 'utf8'))
      .split('\n')
      .filter((line) =>
        /^\d+; \d+ \d+ (DATABASE|DATABASE PROPERTIES|(COMMENT|ACL|SECURITY LABEL) - DATABASE) /.test(line),
      );
    if (entries.length === 0) return [];
    await writeFile(list, `${entries.join('\n')}\n`);
    await pgRestore(birth, ['-C', '-L', list, '-f', script, birth.path]);
    return splitStatements(await readFile(script, 'utf8'))
      .filter((statement) =>
        /^(CREATE DATABASE|ALTER DATABASE|COMMENT ON DATABASE|GRANT|REVOKE|SECURITY LABEL)/.test(statement),
      )
      .map((statement) =>
        statement.replace(/\bDATABASE ("(?:[^"]|"")*"|[^\s;]+)/, () => `DATABASE ${quoted(birth.database)}`),
      );
  } finally {
    await staging.remove();
  }
}

async function pgRestore(birth: DatabaseBirth, args: readonly string[]): Promise<void> {
  const { server, signal } = birth;
  const done = await runTool(server, { argv: [server.request.binaries.pgRestore ?? '', ...args], signal });
  if (done.exitCode !== 0)
    throw badRestorePoint(birth.path, {
      what: `has no readable table of contents: ${done.log.trim().slice(-300)}`,
      hint: COPY_AGAIN,
    });
}

/** At semicolons outside of quotes; comment lines and commands of psql are dropped. pg_dump writes standard strings. */
export function splitStatements(script: string): readonly string[] {
  const statements: string[] = [];
  for (const [statement] of script.matchAll(
    /(?:^(?:--|\\).*$)|(?:[^\s;](?:'(?:[^']|'')*'|"(?:[^"]|"")*"|[^;'"])*;)/gm,
  )) {
    if (!statement.startsWith('--') && !statement.startsWith('\\')) statements.push(statement.slice(0, -1));
  }
  return statements;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function withoutPrefix(error: unknown): string {
  return messageOf(error).replace(/^postgres: /, '');
}
