import { readFile } from 'node:fs/promises';
import { RollproofError } from '../../kernel/errors.ts';
import { connect } from './connection.ts';
import { serverArguments } from './configuration.ts';
import { OUR_SUPERUSER } from './cluster.ts';
import type { PostgresServer } from './server.ts';

/**
 * A physical backup brings its own roles. The usual names are tried first; otherwise the server is asked in its
 * single-user mode, which needs no role.
 */
export async function findSuperuser(server: PostgresServer, signal: AbortSignal): Promise<void> {
  for (const name of new Set([server.superuser, OUR_SUPERUSER])) {
    if (await isSuperuser(server, name)) {
      server.superuser = name;
      return;
    }
  }
  await server.stop('fast');
  const name = await askSingleUser(server, signal);
  await server.start({ signal });
  server.superuser = name;
}

async function isSuperuser(server: PostgresServer, user: string): Promise<boolean> {
  const { socketFolder: host, port } = server.layout;
  const connection = await connect({ host, port, user, database: 'template1' }).catch(() => null);
  if (connection === null) return false;
  try {
    const rows = await connection.query('select rolsuper::text as super from pg_roles where rolname = current_user');
    return rows[0]?.['super'] === 'true';
  } finally {
    await connection.close();
  }
}

async function askSingleUser(server: PostgresServer, signal: AbortSignal): Promise<string> {
  const { environment, binaries, name } = server.request;
  const done = await environment.run({
    name: `superuser-${name}`,
    argv: [
      binaries.postgres,
      '--single',
      '-D',
      server.layout.dataFolder,
      ...serverArguments(server.layout, null),
      'template1',
    ],
    cwd: server.folder,
    env: binaries.env,
    timeoutMs: 60_000,
    signal,
    input: 'select rolname from pg_authid where rolsuper and rolcanlogin order by oid limit 1\n',
  });
  const output = done.stdout === '' ? await readFile(done.logFile, 'utf8').catch(() => '') : done.stdout;
  const found = /1: rolname = "([^"]+)"/.exec(output)?.[1];
  if (found !== undefined) return found;
  throw new RollproofError('environment-not-ready', 'the restored server has no superuser that may log in', {
    hint: 'the backup cannot be rehearsed without one: create one before the next backup',
  });
}
