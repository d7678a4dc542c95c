import { userInfo } from 'node:os';
import pg from 'pg';
import { isRollproofError, messageOf, RollproofError } from '../../kernel/errors.ts';

/** A URL, or its parts. A `host` that begins with `/` is the folder of a unix socket. */
export type PostgresAddress =
  | string
  | {
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly database: string;
      readonly password?: string;
    };

export type TextRow = Readonly<Record<string, string | null>>;
export type TextTuple = readonly (string | null)[];

/** Every value arrives as the server's text: nothing is rounded or converted on the way. */
export interface Connection {
  readonly pid: number;
  /** 14, 15, … */
  readonly major: number;
  query(sql: string, parameters?: readonly (string | number | null)[]): Promise<readonly TextRow[]>;
  tuples(sql: string, parameters?: readonly (string | number | null)[]): Promise<readonly TextTuple[]>;
  /** Asks the server to give up the running statement. Does nothing when none runs. */
  cancel(): Promise<void>;
  /** May be called twice. */
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly applicationName?: string;
  readonly connectTimeoutMs?: number;
  /** 0: none. */
  readonly statementTimeoutMs?: number;
  readonly onNotice?: (message: string) => void;
}

const AS_TEXT = { getTypeParser: () => (value: unknown) => value };

/** The one place where clients are made: text only, a lost connection never becomes an unhandled event. */
export async function connect(address: PostgresAddress, options: ConnectOptions = {}): Promise<Connection> {
  const client = new pg.Client(clientConfig(address, options));
  let lost: Error | null = null;
  client.on('error', (error: Error) => {
    lost = error;
  });
  const { onNotice } = options;
  if (onNotice !== undefined) client.on('notice', (notice) => onNotice(String(notice.message)));
  try {
    await client.connect();
    const facts = await client.query<TextRow>(
      "select pg_backend_pid() as pid, current_setting('server_version_num') as version",
    );
    const row = facts.rows[0] ?? {};
    const major = Math.floor(Number(row['version']) / 10_000);
    return new PgConnection({ client, address, pid: Number(row['pid']), major, lost: () => lost });
  } catch (error) {
    // why: the error that matters is the first one
    await client.end().catch(() => undefined);
    throw new RollproofError('could-not-read', `cannot connect to ${describeAddress(address)}: ${messageOf(error)}`, {
      hint: 'check that the server runs there and that this user may log in',
      details: { sqlState: sqlStateOf(error) },
      cause: error,
    });
  }
}

export interface Destination {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly password: string | null;
}

/** Where the driver goes for this address, its own defaults and variables filled in. Does not connect. */
export function destinationOf(address: PostgresAddress): Destination {
  const { host, port, user, database, password } = new pg.Client(clientConfig(address, {}));
  const name = user ?? userInfo().username;
  return { host, port, user: name, database: database ?? name, password: password ?? null };
}

/** Opens, lends and closes, whatever happens in between. */
export async function withConnection<T>(
  address: PostgresAddress,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await connect(address);
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

/** Without the password. */
export function describeAddress(address: PostgresAddress): string {
  if (typeof address === 'string') return describeUrl(address);
  return `${address.user}@${address.host}:${address.port}/${address.database}`;
}

/** The five-letter SQLSTATE of an error of the server, also when it was wrapped. */
export function sqlStateOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null) return null;
  if (isRollproofError(error)) {
    const { sqlState } = error.details;
    return typeof sqlState === 'string' ? sqlState : null;
  }
  return 'code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : null;
}

interface PgConnectionParts {
  readonly client: pg.Client;
  readonly address: PostgresAddress;
  readonly pid: number;
  readonly major: number;
  readonly lost: () => Error | null;
}

class PgConnection implements Connection {
  readonly pid: number;
  readonly major: number;
  readonly #parts: PgConnectionParts;
  #closed: Promise<void> | null = null;

  constructor(parts: PgConnectionParts) {
    this.#parts = parts;
    this.pid = parts.pid;
    this.major = parts.major;
  }

  async query(sql: string, parameters: readonly (string | number | null)[] = []): Promise<readonly TextRow[]> {
    const result = await this.#run(() => this.#parts.client.query<TextRow>(sql, [...parameters]));
    // Several statements in one text give several results; the last one is meant.
    return (Array.isArray(result) ? (result.at(-1) as pg.QueryResult<TextRow>) : result).rows;
  }

  async tuples(sql: string, parameters: readonly (string | number | null)[] = []): Promise<readonly TextTuple[]> {
    const request = { text: sql, values: [...parameters], rowMode: 'array' as const };
    const result = await this.#run(() => this.#parts.client.query<(string | null)[]>(request));
    return result.rows;
  }

  async cancel(): Promise<void> {
    await withConnection(this.#parts.address, (other) => other.query('select pg_cancel_backend($1::int)', [this.pid]));
  }

  close(): Promise<void> {
    this.#closed ??= this.#parts.client.end().catch(() => {
      // why: the other side may be gone already, and then there is nothing left to close
    });
    return this.#closed;
  }

  async #run<T>(send: () => Promise<T>): Promise<T> {
    const lost = this.#parts.lost();
    if (lost !== null) throw wrapped(lost);
    try {
      return await send();
    } catch (error) {
      throw wrapped(error);
    }
  }
}

function wrapped(error: unknown): RollproofError {
  return new RollproofError('could-not-read', `postgres: ${messageOf(error)}`, {
    details: { sqlState: sqlStateOf(error) },
    cause: error,
  });
}

function clientConfig(address: PostgresAddress, options: ConnectOptions): pg.ClientConfig {
  const common = {
    types: AS_TEXT,
    application_name: options.applicationName ?? 'rollproof',
    connectionTimeoutMillis: options.connectTimeoutMs ?? 15_000,
    statement_timeout: options.statementTimeoutMs ?? 0,
    keepAlive: true,
  };
  if (typeof address === 'string') return { ...common, connectionString: address };
  const { host, port, user, database, password } = address;
  return { ...common, host, port, user, database, ...(password === undefined ? {} : { password }) };
}

function describeUrl(url: string): string {
  try {
    const parsed = new URL(url);
    return `${parsed.username === '' ? '' : `${parsed.username}@`}${parsed.host}${parsed.pathname}`;
  } catch {
    return 'the address given (not a URL)'; // why: quoting it could show a password
  }
}
