import { RollproofError } from '../../kernel/errors.ts';
import { type Connection, connect, type PostgresAddress, type TextTuple } from './connection.ts';

/** Text of a value depends on these; pinned, it is the same in every database and session. Recorded in the manifest. */
export const PINNED_SETTINGS: Readonly<Record<string, string>> = {
  TimeZone: 'UTC',
  DateStyle: 'ISO,YMD',
  IntervalStyle: 'postgres',
  extra_float_digits: '3',
  bytea_output: 'hex',
  xmloption: 'content',
  lc_monetary: 'C',
  search_path: 'pg_catalog',
  quote_all_identifiers: 'off',
  // An error instead of silently hidden rows.
  row_security: 'off',
};

const WORKING_SETTINGS: Readonly<Record<string, string>> = {
  jit: 'off',
  work_mem: '64MB',
  statement_timeout: '0',
  // Cursors here are read to their end.
  cursor_tuple_fraction: '1',
  idle_in_transaction_session_timeout: '0',
  // A reading that waits behind an exclusive lock would make everybody else wait behind the reading.
  lock_timeout: '10s',
};

/** One read-only view of the database, shared by all connections that read for one manifest. */
export interface Snapshot {
  readonly connections: readonly [Connection, ...Connection[]];
  /** An id with which others see the same view, until it is closed. */
  share(): Promise<string>;
  close(): Promise<void>;
}

export interface SnapshotOptions {
  readonly connections?: number;
  readonly signal?: AbortSignal;
}

export async function openSnapshot(address: PostgresAddress, options: SnapshotOptions = {}): Promise<Snapshot> {
  options.signal?.throwIfAborted();
  const leader = await connect(address);
  const others: Connection[] = [];
  const stopListening = cancelOnAbort([leader], others, options.signal);
  const close = async (): Promise<void> => {
    stopListening();
    await Promise.all([leader, ...others].map((connection) => connection.close()));
  };
  try {
    await refuseOldServer(leader);
    await beginReading(leader, null);
    const shared = (options.connections ?? 1) > 1 ? await exportSnapshot(leader) : null;
    for (let opened = 1; shared !== null && opened < (options.connections ?? 1); opened += 1) {
      const other = await connect(address);
      others.push(other);
      await beginReading(other, shared);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { connections: [leader, ...others], share: () => exportSnapshot(leader), close };
}

async function refuseOldServer(connection: Connection): Promise<void> {
  if (connection.major >= 14) return;
  throw new RollproofError(
    'could-not-read',
    `the server is PostgreSQL ${connection.major}, exact readings need 14 or later`,
  );
}

async function beginReading(connection: Connection, snapshot: string | null): Promise<void> {
  await connection.query('begin isolation level repeatable read read only');
  if (snapshot !== null) await connection.query(`set transaction snapshot '${snapshot}'`);
  // In SQL_ASCII databases bytes have no encoding, so they must not be converted.
  await connection.query(`select set_config('client_encoding',
    case current_setting('server_encoding') when 'SQL_ASCII' then 'SQL_ASCII' else 'UTF8' end, true)`);
  for (const [name, value] of Object.entries({ ...PINNED_SETTINGS, ...WORKING_SETTINGS })) {
    await connection.query('select set_config($1, $2, true)', [name, value]);
  }
  await connection.query("select set_config(name, '0', true) from pg_settings where name = 'transaction_timeout'");
}

async function exportSnapshot(connection: Connection): Promise<string> {
  const [row] = await connection.query('select pg_export_snapshot() as id');
  const id = row?.['id'];
  if (id === undefined || id === null) throw new RollproofError('could-not-read', 'the server exported no snapshot');
  return id;
}

function cancelOnAbort(
  first: readonly Connection[],
  others: readonly Connection[],
  signal: AbortSignal | undefined,
): () => void {
  if (signal === undefined) return () => undefined;
  const cancel = (): void => {
    for (const connection of [...first, ...others]) {
      // why: a server that cannot be reached any more has nothing to cancel
      connection.cancel().catch(() => undefined);
    }
  };
  signal.addEventListener('abort', cancel, { once: true });
  return () => signal.removeEventListener('abort', cancel);
}

const ROWS_PER_FETCH = 1_000;

/** Rows of a query in bounded memory, whatever its size. Only one at a time on a connection. */
export async function* streamTuples(
  connection: Connection,
  sql: string,
  parameters: readonly (string | number | null)[] = [],
): AsyncGenerator<TextTuple> {
  await connection.query(`declare rollproof_rows no scroll cursor for ${sql}`, parameters);
  const fetch = (): Promise<readonly TextTuple[]> =>
    connection.tuples(`fetch forward ${ROWS_PER_FETCH} from rollproof_rows`);
  let coming: Promise<readonly TextTuple[]> | null = fetch();
  try {
    while (coming !== null) {
      const batch: readonly TextTuple[] = await coming;
      // The server works on the next rows while these are looked at.
      coming = batch.length < ROWS_PER_FETCH ? null : fetch();
      // why: who reads on gets the error from `coming` itself; nobody else must be told
      coming?.catch(() => undefined);
      yield* batch;
    }
  } finally {
    // why: after a failed statement the transaction is over and its cursors with it
    await connection.query('close rollproof_rows').catch(() => undefined);
  }
}

/** Runs in a savepoint, so that one unreadable table does not end the whole reading. */
export async function inSavepoint<T>(connection: Connection, use: () => Promise<T>): Promise<T> {
  await connection.query('savepoint rollproof');
  try {
    const result = await use();
    await connection.query('release savepoint rollproof');
    return result;
  } catch (error) {
    // why: the first error is the one that matters; a lost connection cannot roll back
    await connection.query('rollback to savepoint rollproof; release savepoint rollproof').catch(() => undefined);
    throw error;
  }
}
