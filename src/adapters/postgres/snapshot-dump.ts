import { spawn } from 'node:child_process';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { RollproofError } from '../../kernel/errors.ts';
import { type Candidate, candidates, type PostgresWish, versionOf } from './binaries.ts';
import { destinationOf, type PostgresAddress } from './connection.ts';

export interface DumpTool {
  readonly program: string;
  /** As it says it, `15.13`. */
  readonly version: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The server's own major version, because its pg_restore reads that too; else the oldest newer one. */
export async function findDumpTool(
  serverMajor: number,
  wish: Pick<PostgresWish, 'choice' | 'stateFolder'>,
): Promise<DumpTool> {
  const seen: DumpTool[] = [];
  for await (const { folder, env } of dumpFolders(wish)) {
    const program = join(folder, 'pg_dump');
    const version = await versionOf(program, env);
    if (version !== null) seen.push({ program, version, env });
  }
  const fitting = seen.filter(({ version }) => majorOf(version) >= serverMajor);
  const best = fitting.toSorted((one, other) => majorOf(one.version) - majorOf(other.version))[0];
  if (best !== undefined) return best;
  const found = seen.length === 0 ? 'found none' : `found ${seen.map(({ version }) => version).join(', ')}`;
  throw new RollproofError(
    'environment-not-ready',
    `the server is PostgreSQL ${serverMajor}, and no pg_dump that is as new can be used here: ${found}`,
    { hint: `install it with: apt-get install postgresql-client-${serverMajor} (or name its folder with --pg)` },
  );
}

/** Where only the client programs are installed there is no server to be found by. */
async function* dumpFolders(wish: Pick<PostgresWish, 'choice' | 'stateFolder'>): AsyncGenerator<Candidate> {
  yield* candidates(wish);
  if (wish.choice !== undefined) return;
  for (const folder of (process.env['PATH'] ?? '').split(':'))
    if (folder !== '') yield { origin: 'system', folder, env: {} };
}

function majorOf(version: string): number {
  return Number.parseInt(version, 10);
}

export interface SnapshotDumpRequest {
  readonly tool: DumpTool;
  readonly address: PostgresAddress;
  /** As exported by a transaction that is still open. */
  readonly snapshot: string;
  /** Open for writing and empty. */
  readonly file: FileHandle;
  readonly signal: AbortSignal;
}

/** Custom format, of exactly what the snapshot shows. The password is in the environment of pg_dump alone. */
export async function dumpSnapshot(request: SnapshotDumpRequest): Promise<void> {
  const { tool, address, snapshot, file, signal } = request;
  const { password } = destinationOf(address);
  const connection = connectionString(address);
  signal.throwIfAborted();
  const child = spawn(
    tool.program,
    // As patient as the reading: whoever waits behind an exclusive lock makes everybody else wait.
    ['-Fc', `--snapshot=${snapshot}`, '--no-password', '--lock-wait-timeout=10000', `--dbname=${connection}`],
    {
      env: { ...process.env, ...tool.env, LC_ALL: 'C', ...(password === null ? {} : { PGPASSWORD: password }) },
      // The file itself: pg_dump goes back in it to note where each table begins.
      stdio: ['ignore', file.fd, 'pipe'],
    },
  );
  const stop = (): boolean => child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  try {
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4_000)));
    const ended = await new Promise<number | string>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, by) => resolve(code ?? by ?? 'no code'));
    });
    signal.throwIfAborted();
    if (ended !== 0) throw dumpFailed(ended, said);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function dumpFailed(ended: number | string, said: string): RollproofError {
  const errors = said.split('\n').filter((line) => /error:|detail:|hint:/i.test(line));
  const why = (errors.length === 0 ? [said.trim().slice(-300)] : errors.slice(0, 3)).join(' | ');
  return new RollproofError('could-not-read', `pg_dump ended with ${ended}: ${why}`, {
    hint: 'a dump needs the right to read every table and sequence: grant it, for example with pg_read_all_data',
  });
}

/** What libpq is told beside the place; the driver's own parameters would be refused by it. */
const CARRIED = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'options', 'target_session_attrs'];

/** By the driver's reading of the address, so that both reach the same server. Without the password. */
export function connectionString(address: PostgresAddress): string {
  const { host, port, user, database } = destinationOf(address);
  const parts: [string, string][] = [
    ['host', host],
    ['port', String(port)],
    ['user', user],
    ['dbname', database],
  ];
  if (typeof address === 'string') {
    const given = new URL(address.replace(/^([a-z]+:\/\/[^/?]*@)(?=[/?]|$)/, '$1localhost')).searchParams;
    for (const name of CARRIED) {
      const value = given.get(name);
      // The driver's own word for encryption without a look at the certificate.
      if (value !== null) parts.push([name, value === 'no-verify' ? 'require' : value]);
    }
  }
  return parts.map(([name, value]) => `${name}='${value.replace(/[\\']/g, '\\$&')}'`).join(' ');
}
