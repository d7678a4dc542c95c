import { join } from 'node:path';
import { isRollproofError, RollproofError } from '../../kernel/errors.ts';
import type { Random } from '../../kernel/random.ts';
import type { Environment } from '../../environment/host.ts';
import type { Difference } from '../../subject/difference.ts';
import type { Manifest } from '../../subject/manifest.ts';
import type {
  RestorePointCertificate,
  RestorePointFormat,
  RestorePointSource,
  RestoreReport,
} from '../../subject/restore-point.ts';
import {
  isSqlStore,
  type QueryOptions,
  type ReadOptions,
  type SqlStore,
  type Statement,
  type Store,
  type StoreIdentity,
  type ValueSink,
} from '../../subject/store.ts';
import { interruptible } from '../files/interruption.ts';
import { makeOwnFolder } from '../files/ownership.ts';
import { takeBaseBackup } from './backup-base.ts';
import { takeDump } from './backup-dump.ts';
import type { ChangeLog } from '../../subject/change-log.ts';
import { watchChanges } from './change-log.ts';
import type { PostgresBinaries } from './binaries.ts';
import type { TimingProfile } from './configuration.ts';
import type { Connection, TextRow } from './connection.ts';
import { drift } from './drift.ts';
import { explainPostgres } from './explain.ts';
import { groupMessages, type LogMessage } from './messages.ts';
import { readPostgres } from './reading.ts';
import { restoreBaseBackup } from './restore-base.ts';
import { certify, obstacleTo } from './restore-certificate.ts';
import { restoreDump } from './restore-dump.ts';
import { PostgresServer } from './server.ts';
import { missingStatistics } from './statistics.ts';
import {
  countForeignSessions,
  databaseBytes,
  databaseOwner,
  likelyDatabase,
  partsChangedBy,
  runQuery,
} from './store-queries.ts';

export interface PostgresStoreRequest {
  /** Unique in the environment: letters, digits, `-` and `_`. */
  readonly name: string;
  readonly environment: Environment;
  readonly binaries: PostgresBinaries;
  readonly profile: TimingProfile;
  /** Holds the cache of empty clusters. */
  readonly stateFolder: string;
  /** Default: the name in the dump; of a base backup the only (else the largest) database that is not the server's own. */
  readonly database?: string;
  /** Whom programs log in as. Default the owner of the database. */
  readonly user?: string;
}

/** A database on a private server of its own. Its server is made by the first restore. */
export interface PostgresStore extends SqlStore {
  readonly server: PostgresServer;
  readonly database: string;
  /** Account for what programs may not do. */
  superuserAddress(): string;
  /** Unlogged tables are empty in it. */
  clone(name: string): Promise<PostgresStore>;
}

export function isPostgresStore(store: Store): store is PostgresStore {
  return 'superuserAddress' in store;
}

export function createPostgresStore(request: PostgresStoreRequest): PostgresStore {
  return new PostgresStoreOnServer(request, new PostgresServer(request));
}

class PostgresStoreOnServer implements PostgresStore {
  readonly kind = 'postgres';
  readonly name: string;
  readonly server: PostgresServer;
  readonly #request: PostgresStoreRequest;
  #database: string | null;
  #user: string | null = null;

  constructor(request: PostgresStoreRequest, server: PostgresServer) {
    this.name = request.name;
    this.server = server;
    this.#request = request;
    this.#database = request.database ?? null;
  }

  get database(): string {
    if (this.#database === null) throw notRestored(this.name);
    return this.#database;
  }

  address(): string {
    return this.server.url(this.role(), this.database);
  }

  role(): string {
    return this.#user ?? this.server.superuser;
  }

  superuserAddress(): string {
    return this.server.url(this.server.superuser, this.database);
  }

  certify(source: RestorePointSource): Promise<RestorePointCertificate> {
    return certify(this.server, source);
  }

  obstacleTo(source: RestorePointSource): Promise<string | null> {
    return obstacleTo(this.server, source);
  }

  async createEmpty(): Promise<void> {
    await this.#serverUp();
    const database = this.#database ?? 'postgres';
    await this.server.with('template1', async (connection) => {
      const present = await connection.query('select from pg_database where datname = $1', [database]);
      if (present.length === 0) await connection.query(`create database "${database.replaceAll('"', '""')}"`);
    });
    this.#database = database;
    await this.#choosePrincipals();
  }

  async restore(source: RestorePointSource, mode: 'empty' | 'over', signal: AbortSignal): Promise<RestoreReport> {
    const began = performance.now();
    await this.server.assertOurs();
    const restoring =
      source.format === 'base-backup'
        ? this.#restoreBase(source, mode, signal)
        : this.#restoreDump(source, mode, signal);
    const messages = await interruptible(restoring, signal);
    await this.#choosePrincipals();
    const bytes = await this.#inDatabase(databaseBytes);
    return { tookMs: performance.now() - began, bytes, messages: groupMessages(messages) };
  }

  async #restoreBase(
    source: RestorePointSource,
    mode: 'empty' | 'over',
    signal: AbortSignal,
  ): Promise<readonly LogMessage[]> {
    const messages = await restoreBaseBackup({ server: this.server, source, mode, signal });
    this.#database = this.#request.database ?? (await this.server.with('template1', likelyDatabase));
    return messages;
  }

  async #restoreDump(
    source: RestorePointSource,
    mode: 'empty' | 'over',
    signal: AbortSignal,
  ): Promise<readonly LogMessage[]> {
    await this.#serverUp();
    const restored = await restoreDump({ server: this.server, source, database: this.#database, mode, signal });
    this.#database = restored.database;
    return restored.messages;
  }

  async #serverUp(): Promise<void> {
    if (this.server.isRunning) return;
    // Its data directory outlives a server that was killed.
    if (!(await this.server.hasData())) await this.server.createEmpty();
    await this.server.start();
  }

  /** Programs get the owner of the database, if it may log in. */
  async #choosePrincipals(): Promise<void> {
    this.#user = this.#request.user ?? (await this.#inDatabase(databaseOwner));
  }

  async backup(
    formats: readonly RestorePointFormat[],
    folder: string,
    signal: AbortSignal,
  ): Promise<readonly RestorePointSource[]> {
    await this.server.identify();
    await makeOwnFolder(this.#request.environment, folder);
    const made: RestorePointSource[] = [];
    for (const format of formats) made.push(await interruptible(this.#backupAs(format, folder, signal), signal));
    return made;
  }

  async #backupAs(format: RestorePointFormat, folder: string, signal: AbortSignal): Promise<RestorePointSource> {
    if (format === 'base-backup') {
      const path = join(folder, `${this.name}.base-backup`);
      await takeBaseBackup(this.server, { folder: path, for: 'keeping' }, signal);
      return { format, path };
    }
    if (format === 'tar')
      throw new RollproofError('plan-invalid', `a postgres store makes no ${format}`, {
        hint: 'use base-backup or pg_dump',
      });
    const path = join(folder, `${this.name}.dump`);
    const globals = join(folder, `${this.name}.globals.sql`);
    await takeDump({ server: this.server, database: this.database, file: path, globals, signal });
    return { format, path, globals };
  }

  async read(options: ReadOptions = {}): Promise<Manifest> {
    await this.server.identify();
    return readPostgres(this.superuserAddress(), { ...options, name: this.name });
  }

  async explain(difference: Difference, witness: Store, values: ValueSink): Promise<Difference> {
    return explainPostgres(difference, this.#sides(witness), values);
  }

  async changedKeys(difference: Difference, witness: Store): Promise<Difference> {
    return explainPostgres(difference, { ...this.#sides(witness), listed: Number.POSITIVE_INFINITY }, () => undefined);
  }

  #sides(witness: Store): { readonly current: string; readonly witness: string } {
    if (!isSqlStore(witness) || !('superuserAddress' in witness))
      throw new RollproofError('invariant-broken', 'the witness of a postgres store must be one too');
    return { current: this.superuserAddress(), witness: (witness as PostgresStore).superuserAddress() };
  }

  /**
   * A second server made from an online backup: it needs nobody to disconnect, shares no roles with the original, stays
   * when the original is restored, and never gets into a later backup.
   */
  async clone(name: string): Promise<PostgresStore> {
    const twin = new PostgresServer({ ...this.server.request, name, profile: 'fast' });
    const signal = new AbortController().signal;
    try {
      await makeOwnFolder(this.#request.environment, twin.folder);
      await takeBaseBackup(this.server, { folder: twin.layout.dataFolder, for: 'twin' }, signal);
      await this.#request.environment.handOver(twin.folder);
      twin.superuser = this.server.superuser;
      await twin.start({ carried: this.server.carried });
    } catch (error) {
      await twin.remove();
      throw error;
    }
    const store = new PostgresStoreOnServer({ ...this.#request, name, database: this.database }, twin);
    await store.#choosePrincipals();
    return store;
  }

  async drift(random: Random): Promise<readonly string[]> {
    return this.#inDatabase((connection) => drift(connection, random));
  }

  identify(): Promise<StoreIdentity> {
    return this.server.identify();
  }

  async answers(): Promise<string | null> {
    try {
      const rows = await this.#inDatabase((connection) =>
        connection.query("select current_setting('server_version') as version"),
      );
      return rows[0]?.['version'] ?? null;
    } catch (error) {
      if (isRollproofError(error) && error.code === 'could-not-read') return null;
      throw error;
    }
  }

  async query(sql: string, options: QueryOptions = {}): Promise<readonly TextRow[]> {
    const connection = await this.server.connect(this.database, { statementTimeoutMs: options.timeoutMs ?? 0 });
    try {
      return await runQuery(connection, sql, options);
    } finally {
      await connection.close();
    }
  }

  foreignSessions(): Promise<number> {
    return this.#inDatabase(countForeignSessions);
  }

  async missingStatistics(): Promise<readonly string[]> {
    await this.server.identify();
    return missingStatistics(this.superuserAddress());
  }

  partsChangedBy(statement: Statement): Promise<readonly string[]> {
    return this.#inDatabase((connection) => partsChangedBy(connection, statement));
  }

  async watchChanges(): Promise<ChangeLog> {
    await this.server.identify();
    return watchChanges((use) => this.#inDatabase(use));
  }

  async release(): Promise<void> {
    await this.server.remove();
  }

  async #inDatabase<T>(use: (connection: Connection) => Promise<T>): Promise<T> {
    return this.server.with(this.database, use);
  }
}

function notRestored(name: string): RollproofError {
  return new RollproofError('environment-not-ready', `the store ${name} has not been restored yet`);
}
