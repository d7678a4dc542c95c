import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunningProcess } from '../../environment/host.ts';
import { RollproofError } from '../../kernel/errors.ts';
import type { StoreIdentity } from '../../subject/store.ts';
import type { ServerLayout } from './configuration.ts';
import type { Connection } from './connection.ts';

/** What a server says of itself on one connection. */
interface Said {
  readonly environment: string;
  readonly dataFolder: string;
  readonly startedAt: string;
  readonly version: string;
}

export interface Expected {
  readonly layout: ServerLayout;
  /** Null: we have not started any. */
  readonly process: RunningProcess | null;
  /** As it said first after our start; null before that. */
  readonly startedAt: string | null;
}

/** Compares what the server reports with what we started. Throws `identity-mismatch` with everything that differs. */
export async function verifyIdentity(connection: Connection, expected: Expected): Promise<StoreIdentity> {
  const said = await ask(connection);
  const { process, layout } = expected;
  const mismatches = [
    ...aboutServer(said, expected),
    ...(process === null ? ['we have not started it'] : await aboutProcess(process, layout)),
  ];
  if (process === null || mismatches.length > 0) throw notOurs(layout, mismatches);
  return {
    environment: said.environment,
    facts: {
      pid: String(process.pid),
      startTime: process.startTime,
      startedAt: said.startedAt,
      version: said.version,
      dataFolder: said.dataFolder,
      socket: `${layout.socketFolder}/.s.PGSQL.${layout.port}`,
    },
  };
}

async function ask(connection: Connection): Promise<Said> {
  const [row = {}] = await connection.query(
    `select current_setting('cluster_name') as cluster, current_setting('data_directory') as folder,
            extract(epoch from pg_postmaster_start_time())::text as started, current_setting('server_version') as version`,
  );
  return {
    environment: row['cluster'] ?? '',
    dataFolder: row['folder'] ?? '',
    startedAt: row['started'] ?? '',
    version: row['version'] ?? '',
  };
}

function aboutServer(said: Said, { layout, startedAt }: Expected): readonly string[] {
  const { environmentId, dataFolder } = layout;
  return [
    ...(said.environment === environmentId
      ? []
      : [`cluster_name is '${said.environment}' instead of '${environmentId}'`]),
    ...(said.dataFolder === dataFolder ? [] : ['its data directory is another one']),
    ...(startedAt === null || startedAt === said.startedAt ? [] : ['it was started again by somebody else']),
  ];
}

async function aboutProcess(process: RunningProcess, layout: ServerLayout): Promise<readonly string[]> {
  const [pid = 'unknown'] = await readPostmasterFile(layout);
  return [
    ...(Number(pid) === process.pid ? [] : [`its process is ${pid} instead of ${process.pid}`]),
    ...((await isAlive(process)) ? [] : [`process ${process.pid} has ended or began at another time`]),
  ];
}

export function notOurs(layout: ServerLayout, mismatches: readonly string[]): RollproofError {
  return new RollproofError(
    'identity-mismatch',
    `the server on ${layout.socketFolder} is not the one that was started there: ${mismatches.join(', ')}`,
    { hint: 'nothing was changed; look which process holds the socket, then start the drill again' },
  );
}

/** Lines of postmaster.pid, or none while there is no such file. */
export async function readPostmasterFile(layout: ServerLayout): Promise<readonly string[]> {
  const text = await readFile(join(layout.dataFolder, 'postmaster.pid'), 'utf8').catch(() => '');
  return text === '' ? [] : text.split('\n');
}

/** By pid and start time: a pid alone may have been given to another process. */
export async function isAlive({ pid, startTime }: RunningProcess): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // The name in field 2 may hold spaces and brackets; field 22 counts from behind it.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] === startTime;
}
