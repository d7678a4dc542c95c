import { open, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { RollproofError } from '../../kernel/errors.ts';
import type { PostgresServer } from './server.ts';
import { connectionArguments, runTool } from './tool.ts';

export interface DumpRequest {
  readonly server: PostgresServer;
  readonly database: string;
  readonly file: string;
  readonly globals: string;
  readonly signal: AbortSignal;
}

/** Custom format, and roles with their passwords: they are data of the roles. Both files for the owner alone. */
export async function takeDump(request: DumpRequest): Promise<void> {
  const { server, database, file, globals, signal } = request;
  const { binaries } = server.request;
  if (binaries.pgDump === null || binaries.pgDumpall === null) throw noDumpTools(binaries.version);
  await server.identify();
  // Made by us first, so that nobody else can read them while they are written.
  for (const path of [file, globals]) {
    await writeFile(path, '', { mode: 0o600 });
    await server.request.environment.handOver(path);
  }
  const from = connectionArguments(server);
  await run(server, [binaries.pgDumpall, ...from, '--globals-only', '-f', globals], signal);
  const compression = binaries.major >= 16 ? 'lz4' : '1';
  await run(server, [binaries.pgDump, ...from, '-Fc', '-Z', compression, '-f', file, database], signal);
  const handle = await open(file, 'r+');
  await handle.sync();
  await handle.close();
}

async function run(server: PostgresServer, argv: readonly [string, ...string[]], signal: AbortSignal): Promise<void> {
  const done = await runTool(server, { argv, signal });
  if (done.exitCode === 0) return;
  throw new RollproofError(
    'could-not-read',
    `${basename(argv[0])} ended with ${done.exitCode ?? done.signal ?? 'no code'}: ${done.log.trim().slice(-400)}`,
    {
      hint: `its log is ${done.errorLogFile}`,
    },
  );
}

export function noDumpTools(version: string): RollproofError {
  return new RollproofError(
    'environment-not-ready',
    `the PostgreSQL ${version} binaries in use bring no pg_dump, pg_dumpall and pg_restore`,
    {
      hint: 'install them with: apt-get install postgresql (or use the format base-backup, which needs none)',
    },
  );
}
