import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { RollproofError } from '../../kernel/errors.ts';
import type { RestorePointSource } from '../../subject/restore-point.ts';
import { firstBytes } from '../files/archive.ts';
import { badRestorePoint, COPY_AGAIN, isEnvironmentFailure } from '../files/bad-restore-point.ts';
import { noDumpTools } from './backup-dump.ts';
import { type DumpHeader, readDumpHeader } from './dump-header.ts';
import { createDatabaseLike, type DatabaseBirth } from './restore-database.ts';
import { type LogMessage, parseToolLog } from './messages.ts';
import type { PostgresServer } from './server.ts';
import { Staging } from './staging.ts';
import { connectionArguments, runTool, type ToolDone } from './tool.ts';

/** Below this several workers cost more than they bring. */
const PARALLEL_FROM_BYTES = 4_000_000;

export interface DumpRestore {
  readonly server: PostgresServer;
  readonly source: RestorePointSource;
  /** Null: named as in the dump. */
  readonly database: string | null;
  readonly mode: 'empty' | 'over';
  readonly signal: AbortSignal;
}

export interface DumpRestored {
  readonly database: string;
  readonly messages: readonly LogMessage[];
}

/** Roles first, then the database as the dump describes it, then its content. Errors are collected, as pg_restore does. */
export async function restoreDump(request: DumpRestore): Promise<DumpRestored> {
  const { server, source, signal } = request;
  const header = await readDumpHeader(source.path);
  const { pgRestore, psql, version } = server.request.binaries;
  if (pgRestore === null || psql === null) throw noDumpTools(version);
  const database = request.database ?? header.database ?? 'restored';
  const staged = new Staging(server);
  try {
    const messages: LogMessage[] = [];
    if (source.globals !== undefined)
      messages.push(...(await runScript(request, await staged.reachable(source.globals), 'postgres')));
    const path =
      header.packed === 'none'
        ? await staged.reachable(source.path)
        : await staged.unpacked(source.path, header.packed);
    const birth: DatabaseBirth = {
      server,
      database,
      path,
      isArchive: header.kind === 'archive',
      mode: request.mode,
      signal,
    };
    messages.push(...(await createDatabaseLike(birth)));
    messages.push(
      ...(header.kind === 'archive'
        ? await runPgRestore(request, path, database)
        : await runPlain(request, { path, database, header })),
    );
    return { database, messages };
  } finally {
    await staged.remove();
  }
}

async function runPgRestore(request: DumpRestore, path: string, database: string): Promise<readonly LogMessage[]> {
  const { server, source, signal } = request;
  const size = await stat(path).then((found) => (found.isDirectory() ? Number.POSITIVE_INFINITY : found.size));
  const workers =
    size < PARALLEL_FROM_BYTES || (await isTar(path)) ? [] : ['-j', String(Math.min(4, availableParallelism()))];
  await server.identify();
  const done = await runTool(server, {
    argv: [server.request.binaries.pgRestore ?? '', ...connectionArguments(server), '-d', database, ...workers, path],
    signal,
  });
  // Without the closing count pg_restore gave up: the rest of the file was not restored.
  if (done.exitCode !== 0 && !/errors ignored on restore/.test(done.log)) throw givenUp(source.path, done);
  return parseToolLog(done.log);
}

async function isTar(path: string): Promise<boolean> {
  if ((await stat(path)).isDirectory()) return false;
  return (await firstBytes(path, 5)).toString('latin1') !== 'PGDMP';
}

async function runPlain(
  request: DumpRestore,
  plain: { path: string; database: string; header: DumpHeader },
): Promise<readonly LogMessage[]> {
  const messages = await runScript(request, plain.path, plain.database);
  const tail = await lastBytes(plain.path, 512);
  if (plain.header.toolVersion !== null && !/PostgreSQL database (cluster )?dump complete/.test(tail)) {
    throw badRestorePoint(request.source.path, {
      what: 'ends before the line that says it is complete',
      hint: COPY_AGAIN,
    });
  }
  return messages;
}

async function runScript(request: DumpRestore, path: string, database: string): Promise<readonly LogMessage[]> {
  const { server, signal } = request;
  await server.identify();
  // -X: no start file of the account may change what the script does.
  const options = ['-X', '-q', ...connectionArguments(server), '-d', database, '-o', '/dev/null', '-f', path];
  const done = await runTool(server, { argv: [server.request.binaries.psql ?? '', ...options], signal });
  if (done.exitCode !== 0 && done.exitCode !== 3) throw givenUp(path, done);
  return parseToolLog(done.log);
}

function givenUp(path: string, done: ToolDone): RollproofError {
  const { log } = done;
  const errors = parseToolLog(log)
    .filter(({ severity }) => severity === 'error')
    .map(({ text }) => text);
  const why = errors.at(-1) ?? `the tool ended with ${done.exitCode ?? done.signal ?? 'no code'}`;
  if (done.outOfMemory || isEnvironmentFailure(log) || /connection to server|server closed the connection/.test(log)) {
    return new RollproofError(
      'environment-not-ready',
      `the restore of ${path} was cut short by its environment: ${why}`,
      { hint: `its log is ${done.errorLogFile}` },
    );
  }
  return badRestorePoint(path, { what: `cannot be restored to its end: ${why}`, hint: COPY_AGAIN });
}

async function lastBytes(path: string, count: number): Promise<string> {
  const { size } = await stat(path);
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path, { start: Math.max(0, size - count) })) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
